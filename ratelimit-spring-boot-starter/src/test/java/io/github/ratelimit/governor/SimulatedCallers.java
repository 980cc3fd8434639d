package io.github.ratelimit.governor;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.provider.dialect.ProviderSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Two hundred callers of a provider, each of which sends its next call when the last has
 * ended. A call arrives after 20 to 300 ms and takes 1 to 20 s.
 */
final class SimulatedCallers {

	private static final int CALLERS = 200;

	private Random random = new Random(7919);

	private final ManualTime time;

	private final LimitedProvider provider;

	private final Supplier<Governor> start;

	private final List<Governor> instances = new ArrayList<>();

	private final List<Caller> callers = new ArrayList<>();

	private boolean reported = true;

	private boolean headsAtTheEnd;

	private double estimate = 1;

	private double noise;

	SimulatedCallers(ManualTime time, LimitedProvider provider, int instances, Supplier<Governor> start) {
		this.time = time;
		this.provider = provider;
		this.start = start;
		for (int i = 0; i < instances; i++) {
			this.instances.add(start.get());
		}
		for (int i = 0; i < CALLERS; i++) {
			this.callers.add(new Caller(i % instances));
		}
	}

	SimulatedCallers withSeed(long seed) {
		this.random = new Random(seed);
		return this;
	}

	/** Lets the provider's responses report nothing. */
	SimulatedCallers withoutReports() {
		this.reported = false;
		return this;
	}

	/** Lets the heads of responses come with their ends. */
	SimulatedCallers withHeadsAtTheEnd() {
		this.headsAtTheEnd = true;
		return this;
	}

	/** Lets callers estimate a part of what their calls use, and up to the noise off. */
	SimulatedCallers withEstimates(double part, double noise) {
		this.estimate = part;
		this.noise = noise;
		return this;
	}

	SimulatedCallers begin() {
		this.callers.forEach((caller) -> after(millis(0, 200), caller::next));
		return this;
	}

	/** Replaces an instance: its calls are cut off, and its callers retry at once. */
	void restart(int instance) {
		this.instances.set(instance, this.start.get());
		List<Caller> restarted = this.callers.stream().filter((caller) -> caller.instance == instance).toList();
		restarted.forEach(Caller::cutOff);
		restarted.forEach(Caller::next);
	}

	private Duration millis(int least, int most) {
		return Duration.ofMillis(least + this.random.nextInt(most - least + 1));
	}

	private void after(Duration delay, Runnable action) {
		this.time.after(Math.max(1, delay.toNanos())).thenRun(action);
	}

	private final class Caller {

		private final int instance;

		private int life;

		private CompletableFuture<GovernedCall> admitted = new CompletableFuture<>();

		private Caller(int instance) {
			this.instance = instance;
		}

		private void cutOff() {
			this.life++;
			this.admitted.cancel(false);
		}

		private void next() {
			Random random = SimulatedCallers.this.random;
			acquire(Math.max(1, Math.round(Math.min(50_000, 1250 * Math.exp(0.6 * random.nextGaussian())))), false);
		}

		private void acquire(long tokens, boolean retry) {
			double factor = SimulatedCallers.this.estimate
					* (1 + SimulatedCallers.this.noise * (2 * SimulatedCallers.this.random.nextDouble() - 1));
			CallCost cost = new CallCost(Math.round(tokens * factor), 0);
			this.admitted = SimulatedCallers.this.instances.get(this.instance)
				.acquireAsync(new CallRequest(cost, Duration.ofDays(1), 0, retry, CallRequest.Caller.UNBOUNDED));
			int sentIn = this.life;
			this.admitted.thenAccept((call) -> after(millis(20, 300), () -> arrive(tokens, call, sentIn)));
		}

		private void arrive(long tokens, GovernedCall call, int sentIn) {
			ProviderSnapshot report = SimulatedCallers.this.provider.receive(tokens,
					SimulatedCallers.this.time.nanoTime());
			boolean served = report.throttle() == null;
			ProviderSnapshot head = SimulatedCallers.this.reported ? report
					: new ProviderSnapshot(List.of(), report.throttle(), 0);
			Duration early = Duration.ofMillis(30);
			Duration duration = served ? millis(1000, 20_000) : early;
			inLife(sentIn, SimulatedCallers.this.headsAtTheEnd ? duration : early, () -> call.report(head, served));
			inLife(sentIn, duration, () -> {
				if (served) {
					call.close(new CallCost(tokens, 0));
					next();
				}
				else {
					call.close(new CallCost(0, 0));
					after(Duration.ofSeconds(1), () -> acquire(tokens, true));
				}
			});
		}

		private void inLife(int then, Duration delay, Runnable action) {
			after(delay, () -> {
				if (this.life == then) {
					action.run();
				}
			});
		}

	}

}
