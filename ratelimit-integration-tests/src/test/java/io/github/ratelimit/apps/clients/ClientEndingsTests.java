package io.github.ratelimit.apps.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import io.github.ratelimit.apps.clients.ModelClient.Pieces;
import io.github.ratelimit.apps.clients.ModelClient.Setup;
import io.github.ratelimit.client.ClientListener.Outcome;
import io.github.ratelimit.provider.dialect.Dimension;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** However calls end, each ends once: no slot and no permit is lost. */
class ClientEndingsTests {

	private static final int CALLERS = 8;

	@ParameterizedTest
	@EnumSource
	void hundredsOfRandomEndingsLoseNoSlotAndNoPermit(Adapter adapter) throws InterruptedException {
		run(adapter, 400, false);
	}

	@Tag("soak")
	@ParameterizedTest
	@EnumSource
	void thousandsOfRandomEndingsLoseNoSlotAndNoPermit(Adapter adapter) throws InterruptedException {
		run(adapter, 10_000, true);
	}

	private static void run(Adapter adapter, int calls, boolean interrupted) throws InterruptedException {
		try (StubProvider provider = new StubProvider()) {
			provider.replies(ClientEndingsTests::reply);
			Limiters limiters = new Limiters(provider.uri(), 3, Duration.ofMillis(8));
			try (ModelClient client = adapter
				.open(new Setup(limiters.limiters(), provider.uri(), 0, Duration.ofSeconds(5)))) {
				AtomicInteger left = new AtomicInteger(calls);
				List<Thread> callers = new ArrayList<>();
				for (int i = 0; i < CALLERS; i++) {
					Random random = new Random(i);
					Thread caller = new Thread(() -> {
						while (left.getAndDecrement() > 0) {
							call(client, random, interrupted);
						}
					});
					caller.start();
					callers.add(caller);
				}
				for (Thread caller : callers) {
					caller.join();
				}
				Awaitility.await().until(() -> limiters.inFlight() == 0 && limiters.waiting() == 0);
				assertThat(limiters.used(Dimension.REQUESTS)).isEqualTo(limiters.outcomes(Outcome.SENT));
				// one that is cancelled in the queue has no outcome
				assertThat(limiters.outcomes()).isLessThanOrEqualTo(calls).isGreaterThan(calls / 2);
			}
		}
	}

	private static void reply(HttpExchange exchange, ModelShape shape) throws IOException, InterruptedException {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		if (random.nextInt(4) == 0) {
			TimeUnit.MILLISECONDS.sleep(random.nextInt(12));
		}
		StubProvider.Reply reply = switch (random.nextInt(8)) {
			case 0 -> StubProvider.status(400, Map.of());
			case 1 -> StubProvider.status(500, Map.of());
			case 2 -> StubProvider.hangUp();
			case 3 -> StubProvider.breakOff();
			default -> StubProvider.text(new Semaphore(100), "Hel", "lo", "!");
		};
		reply.send(exchange, shape);
	}

	private static void call(ModelClient client, Random random, boolean interrupted) {
		try {
			switch (random.nextInt(6)) {
				case 0 -> client.ask();
				case 1 -> {
					if (interrupted) {
						Thread.currentThread().interrupt();
					}
					client.ask();
				}
				case 2 -> client.askAsync().join();
				case 3 -> cancel(client.send(), random);
				default -> read(client, random.nextInt(5));
			}
		}
		catch (Exception ex) {
			// any end will do
		}
		finally {
			Thread.interrupted();
		}
	}

	private static void cancel(CompletableFuture<?> sent, Random random) throws InterruptedException {
		TimeUnit.MICROSECONDS.sleep(random.nextInt(3000));
		if (!sent.cancel(true) && sent.join() instanceof AutoCloseable response) {
			close(response);
		}
	}

	private static void close(AutoCloseable response) {
		try {
			response.close();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void read(ModelClient client, int pieces) {
		try (Pieces stream = client.stream()) {
			int read = 0;
			while (read < pieces && stream.next() != null) {
				read++;
			}
		}
	}

}
