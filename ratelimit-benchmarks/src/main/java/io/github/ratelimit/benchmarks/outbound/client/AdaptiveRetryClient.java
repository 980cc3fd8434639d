package io.github.ratelimit.benchmarks.outbound.client;

import io.github.ratelimit.TimeSource;
import io.github.ratelimit.test.provider.dialect.ProviderAnswer;
import java.util.concurrent.CompletableFuture;

/**
 * The adaptive retry mode of the AWS SDKs, written from its public description: a token
 * bucket in the client that begins with the first refused request. Its rate is cut to 0.7
 * of what was measured when a request is refused, and follows a cubic function of the
 * time since then.
 */
public final class AdaptiveRetryClient implements OutboundClient {

	private static final double LEAST_RATE = 0.5;

	private static final double LEAST_CAPACITY = 1;

	private static final double SMOOTH = 0.8;

	private static final double BETA = 0.7;

	private static final double SCALE = 0.4;

	private final TimeSource time;

	private boolean enabled;

	private double rate;

	private double capacity;

	private double available;

	private double refilledAt;

	private double measuredRate;

	private double measuredUntil;

	private long requests;

	private double lastMaxRate;

	private double throttledAt;

	public AdaptiveRetryClient(TimeSource time) {
		this.time = time;
		this.refilledAt = seconds();
		this.measuredUntil = halfSeconds();
		this.throttledAt = seconds();
	}

	@Override
	public CompletableFuture<Attempt> acquire(ChatRequest request, boolean retry) {
		return this.time.after(waitNanos()).thenApply((over) -> new Attempt() {

			@Override
			public void head(ProviderAnswer answer) {
				update(answer.status() == 429);
			}

		});
	}

	/** Takes one permit, at the expense of the requests that come later. */
	private long waitNanos() {
		if (!this.enabled) {
			return 0;
		}
		refill();
		this.available -= 1;
		return (this.available >= 0) ? 0 : (long) Math.ceil(-this.available / this.rate * 1e9);
	}

	private void update(boolean throttled) {
		measure();
		double calculated;
		if (throttled) {
			this.lastMaxRate = this.enabled ? Math.min(this.measuredRate, this.rate) : this.measuredRate;
			this.throttledAt = seconds();
			this.enabled = true;
			calculated = this.lastMaxRate * BETA;
		}
		else {
			double window = Math.cbrt(this.lastMaxRate * (1 - BETA) / SCALE);
			calculated = SCALE * Math.pow(seconds() - this.throttledAt - window, 3) + this.lastMaxRate;
		}
		refill();
		double allowed = Math.min(calculated, 2 * this.measuredRate);
		this.rate = Math.max(allowed, LEAST_RATE);
		this.capacity = Math.max(allowed, LEAST_CAPACITY);
		this.available = Math.min(this.available, this.capacity);
	}

	private void measure() {
		double now = halfSeconds();
		this.requests++;
		if (now > this.measuredUntil) {
			double current = this.requests / (now - this.measuredUntil);
			this.measuredRate = current * SMOOTH + this.measuredRate * (1 - SMOOTH);
			this.requests = 0;
			this.measuredUntil = now;
		}
	}

	private void refill() {
		double now = seconds();
		this.available = Math.min(this.capacity, this.available + (now - this.refilledAt) * this.rate);
		this.refilledAt = now;
	}

	private double seconds() {
		return this.time.nanoTime() / 1e9;
	}

	private double halfSeconds() {
		return Math.floor(seconds() * 2) / 2;
	}

}
