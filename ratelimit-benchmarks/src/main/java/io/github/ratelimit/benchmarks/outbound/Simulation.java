package io.github.ratelimit.benchmarks.outbound;

import io.github.ratelimit.benchmarks.outbound.SimulatedProvider.Response;
import io.github.ratelimit.benchmarks.outbound.client.Attempt;
import io.github.ratelimit.benchmarks.outbound.client.ChatRequest;
import io.github.ratelimit.benchmarks.outbound.client.OutboundClient;
import io.github.ratelimit.store.InstanceNotes;
import io.github.ratelimit.test.provider.dialect.ProviderAnswer;
import io.github.ratelimit.test.provider.limits.LimitCounts;
import io.github.ratelimit.test.provider.limits.ProviderCounts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * Ten windows of a provider and 200 callers, each of which sends its next request when
 * the last has ended. A request arrives after 20 to 300 ms, a response takes 1 to 20 s.
 */
final class Simulation {

	static final Duration WINDOW = Duration.ofMinutes(1);

	static final int WINDOWS = 10;

	private static final int CALLERS = 200;

	private static final Duration HEAD_DELAY = Duration.ofMillis(30);

	private static final Instant MINUTE_OF_THE_CLOCK = Instant.parse("2026-01-01T00:00:00Z");

	private final Scenario scenario;

	private final Random random;

	private final VirtualTime time;

	private final SimulatedProvider provider;

	private final InstanceNotes notes;

	private final SdkRetries retries;

	private final List<OutboundClient> instances = new ArrayList<>();

	private final List<Caller> callers = new ArrayList<>();

	private long ended;

	private long failed;

	private Simulation(Scenario scenario, long seed, VirtualTime time, InstanceNotes notes) {
		this.scenario = scenario;
		this.random = new Random(seed);
		this.time = time;
		this.notes = notes;
		this.provider = new SimulatedProvider(scenario.provider(), this.time);
		this.retries = new SdkRetries(this.random);
		for (int i = 0; i < scenario.instances(); i++) {
			this.instances.add(client());
		}
	}

	private OutboundClient client() {
		return this.scenario.client()
			.create(this.scenario.provider(), this.time, this.scenario.shared() ? this.notes : null);
	}

	static Outcome run(Scenario scenario, long seed) {
		VirtualTime time = new VirtualTime(begin(scenario));
		return new Simulation(scenario, seed, time, new SimulatedStore(time)).run();
	}

	/** Runs a scenario in a time, with notes, of its own. */
	static Outcome run(Scenario scenario, long seed, VirtualTime time, InstanceNotes notes) {
		return new Simulation(scenario, seed, time, notes).run();
	}

	static Instant begin(Scenario scenario) {
		return MINUTE_OF_THE_CLOCK.plus(scenario.intoWindow());
	}

	private Outcome run() {
		for (int i = 0; i < CALLERS; i++) {
			Caller caller = new Caller(i % this.instances.size());
			this.callers.add(caller);
			this.time.schedule(millis(0, 200), caller::next);
		}
		this.scenario.disturbance().accept(this);
		// A microsecond before a window begins that would count as offered
		this.time.runUntil(WINDOW.multipliedBy(WINDOWS).minus(this.scenario.intoWindow()).minusNanos(1000));
		ProviderCounts counts = this.provider.counts();
		LimitCounts tokens = this.provider.tokens();
		return new Outcome(tokens.usedShare(), counts.admitted() + counts.refused(), counts.refused(), this.ended,
				this.failed, tokens.windows());
	}

	/** Does something at the beginning of a window. */
	void at(int window, Runnable action) {
		this.time.schedule(WINDOW.multipliedBy(window), action);
	}

	void scaleLimitsTo(double factor) {
		this.provider.scaleTo(factor);
	}

	/** Lets the store fail, or come back. */
	void storeFails(boolean fails) {
		((SimulatedStore) this.notes).fails(fails);
	}

	void restartAll() {
		for (int i = 0; i < this.instances.size(); i++) {
			restart(i);
		}
	}

	/**
	 * Replaces an instance by a new one at once. Its calls are cut off, which the
	 * provider has charged, and all of its callers retry immediately.
	 */
	void restart(int instance) {
		this.instances.set(instance, client());
		List<Caller> callers = this.callers.stream().filter((caller) -> caller.instance == instance).toList();
		callers.forEach(Caller::cutOff);
		callers.forEach(Caller::next);
	}

	private Duration millis(int least, int most) {
		return Duration.ofMillis(least + this.random.nextInt(most - least + 1));
	}

	private final class Caller {

		private final int instance;

		/** How often its instance was restarted. */
		private int life;

		private CompletableFuture<Attempt> acquired = new CompletableFuture<>();

		private Caller(int instance) {
			this.instance = instance;
		}

		private void cutOff() {
			this.life++;
			this.acquired.cancel(false);
		}

		private void next() {
			acquire(ChatRequest.next(Simulation.this.random, Simulation.this.scenario.bias(),
					Simulation.this.scenario.noise()), 1);
		}

		private void acquire(ChatRequest request, int attempts) {
			int acquiredIn = this.life;
			this.acquired = Simulation.this.instances.get(this.instance).acquire(request, attempts > 1);
			this.acquired.whenComplete((attempt, failure) -> inLife(acquiredIn, Duration.ZERO, () -> {
				if (failure != null) {
					throw new IllegalStateException("A caller that waits was refused", failure);
				}
				send(request, attempt, attempts);
			}));
		}

		private void send(ChatRequest request, Attempt attempt, int attempts) {
			int sentIn = this.life;
			Simulation.this.time.schedule(millis(20, 300), () -> arrive(request, attempt, attempts, sentIn));
		}

		/** A request that was sent arrives even if its sender has ended. */
		private void arrive(ChatRequest request, Attempt attempt, int attempts, int sentIn) {
			Response response = Simulation.this.provider.receive(request);
			ProviderAnswer answer = response.answer();
			if (!response.admission().isAdmitted()) {
				inLife(sentIn, HEAD_DELAY, () -> refused(request, attempt, attempts, answer));
				return;
			}
			Duration duration = millis(1000, 20_000);
			inLife(sentIn, Simulation.this.scenario.headsEarly() ? HEAD_DELAY : duration, () -> attempt.head(answer));
			inLife(sentIn, duration, () -> {
				attempt.end(answer);
				end(false);
			});
			Simulation.this.time.schedule(duration, () -> response.admission().end(request.actual()));
		}

		private void refused(ChatRequest request, Attempt attempt, int attempts, ProviderAnswer answer) {
			attempt.head(answer);
			attempt.end(answer);
			if (attempts == SdkRetries.MAX_ATTEMPTS) {
				end(true);
				return;
			}
			inLife(this.life, Simulation.this.retries.backoff(attempts, answer), () -> acquire(request, attempts + 1));
		}

		private void end(boolean failure) {
			Simulation.this.ended++;
			Simulation.this.failed += failure ? 1 : 0;
			next();
		}

		private void inLife(int then, Duration delay, Runnable action) {
			Simulation.this.time.schedule(delay, () -> {
				if (this.life == then) {
					action.run();
				}
			});
		}

	}

}
