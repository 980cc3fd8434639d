package io.github.ratelimit.client;

import io.github.ratelimit.client.ClientSettings.RetryPolicy;
import io.github.ratelimit.provider.dialect.Throttle;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a refused request of a client is sent again, and when, and recognises
 * the retries of SDKs. Retries are bounded to a part of the requests, so that a failing
 * provider gets no more calls than usual. Ten are available from the start. Thread-safe.
 */
final class Retries {

	/** Counts attempts in the SDKs of OpenAI, Anthropic and others, from 0. */
	private static final String SDK_RETRIES = "x-stainless-retry-count";

	private static final long RETRY = 1_000_000;

	private static final long MAX = 10 * RETRY;

	private static final long SHORTEST_JITTER = TimeUnit.SECONDS.toNanos(1);

	private final int maxAttempts;

	private final long perRequest;

	private final AtomicLong left = new AtomicLong(MAX);

	Retries(RetryPolicy policy) {
		this.maxAttempts = policy.maxAttempts();
		this.perRequest = Math.round(policy.budget() * RETRY);
	}

	/** Returns whether the headers of an SDK mark a request as a further attempt. */
	static boolean isRetryOfSdk(Function<String, @Nullable String> headers) {
		String retries = headers.apply(SDK_RETRIES);
		return retries != null && !retries.isEmpty() && !retries.equals("0");
	}

	void requestSent() {
		this.left.accumulateAndGet(this.perRequest, (left, more) -> Math.min(MAX, left + more));
	}

	/**
	 * Takes a retry from the budget.
	 * @param attempts how often the request has been sent by now
	 * @return whether the request may be sent again
	 */
	boolean tryRetry(int attempts) {
		return attempts < this.maxAttempts
				&& this.left.getAndUpdate((left) -> (left >= RETRY) ? left - RETRY : left) >= RETRY;
	}

	/**
	 * Returns whether the provider may accept a request again in time.
	 * @param throttle why it has refused it
	 * @param maxWait how long calls may be queued
	 */
	static boolean isUseful(Throttle throttle, Duration maxWait) {
		Duration retryAfter = throttle.retryAfter();
		return throttle.isRetryable() && !throttle.retryRefused()
				&& (retryAfter == null || retryAfter.compareTo(maxWait) <= 0);
	}

	/**
	 * Returns the time until the next attempt: that which the provider asks for, and a
	 * random time of up to a second, twice as long after each further attempt.
	 * @param throttle why the provider has refused the request
	 * @param attempts how often the request has been sent by now
	 */
	static long nanosUntilNext(@Nullable Throttle throttle, int attempts) {
		Duration retryAfter = (throttle != null) ? throttle.retryAfter() : null;
		long jitter = ThreadLocalRandom.current().nextLong(SHORTEST_JITTER << Math.min(attempts - 1, 4));
		return ((retryAfter != null) ? retryAfter.toNanos() : 0) + jitter;
	}

}
