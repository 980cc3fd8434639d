package io.github.ratelimit.benchmarks.outbound;

import io.github.ratelimit.OnStoreFailure;
import io.github.ratelimit.TimeSource;
import io.github.ratelimit.benchmarks.outbound.client.ProviderKind;
import io.github.ratelimit.store.InstanceNote;
import io.github.ratelimit.store.InstanceNotes;
import io.github.ratelimit.store.StoreObserver;
import io.github.ratelimit.store.memory.MemoryStore;
import io.github.ratelimit.store.redis.RedisStore;
import io.github.ratelimit.store.redis.RedisStoreSettings;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Rows of the table over a real Redis, in real time that is compressed: to see whether
 * they are the same as with the simulated store.
 */
public final class SharedOverRedis {

	private SharedOverRedis() {
	}

	/**
	 * Prints the rows.
	 * @param args the port of an empty Redis on this machine, and how much faster time
	 * goes, 20 by default
	 */
	public static void main(String[] args) {
		int speed = (args.length > 1) ? Integer.parseInt(args[1]) : 20;
		System.out.println("| case | store | used of C + r T | 429 of attempts |");
		System.out.println("|---|---|---|---|");
		for (Scenario scenario : Cases.overRedis()) {
			String name = scenario.instances() + " instances, "
					+ ((scenario.provider() == ProviderKind.SILENT) ? "no headers" : "limits discovered");
			print(name, "simulated", Simulation.run(scenario, 7919));
			print(name, "Redis", overRedis(scenario, Integer.parseInt(args[0]), speed));
		}
	}

	private static Outcome overRedis(Scenario scenario, int port, int speed) {
		RedisStoreSettings settings = new RedisStoreSettings("bench" + System.nanoTime(), Duration.ofSeconds(1), 100,
				OnStoreFailure.SHARE);
		try (RedisStore store = RedisStore.create(new LettuceConnectionFactory("127.0.0.1", port), settings,
				new MemoryStore(TimeSource.system(), 100), TimeSource.system(), StoreObserver.NONE)) {
			store.warmUp();
			CompressedTime time = new CompressedTime(Simulation.begin(scenario), speed);
			return Simulation.run(scenario, 7919, time, compressed(store, time));
		}
	}

	/** Redis's time is not compressed: the ages of notes are. */
	private static InstanceNotes compressed(RedisStore store, CompressedTime time) {
		return (subject, key, instance, note) -> {
			CompletableFuture<List<InstanceNote>> notes = new CompletableFuture<>();
			store.exchange(subject, key, instance, note)
				.whenComplete((others, failure) -> time.handOver(() -> complete(notes, others, failure, time.speed())));
			return notes;
		};
	}

	private static void complete(CompletableFuture<List<InstanceNote>> notes, List<InstanceNote> others,
			Throwable failure, int speed) {
		if (failure != null) {
			notes.completeExceptionally(failure);
			return;
		}
		notes.complete(others.stream()
			.map((other) -> new InstanceNote(other.instance(), other.ageNanos() * speed, other.note()))
			.toList());
	}

	private static void print(String name, String store, Outcome outcome) {
		System.out.printf(Locale.ROOT, "| %s | %s | %.1f%% | %.3f%% |%n", name, store, 100 * outcome.used(),
				100 * outcome.throttledShare());
	}

}
