package io.github.ratelimit;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Decides whether a call may go on. A bean of this type is there for code that wants to
 * decide by itself; the HTTP filter and {@link RateLimited @RateLimited} use the same
 * one.
 *
 * <pre class="code">
 * &#64;Service
 * class Mailer {
 *
 *     private final RateLimiter rateLimiter;
 *
 *     Mailer(RateLimiter rateLimiter) {
 *         this.rateLimiter = rateLimiter;
 *     }
 *
 *     boolean send(String recipient) {
 *         Decision decision = this.rateLimiter.tryAcquire("mail", recipient);
 *         if (!decision.allowed()) {
 *             System.out.println("Wait " + decision.retryAfter());
 *             return false;
 *         }
 *         return true;
 *     }
 * }
 * </pre>
 *
 * Thread-safe. A failure of the limiter itself is no exception: the call is let through,
 * with a decision that {@link Decision#isDegraded() says so}.
 */
public interface RateLimiter {

	/**
	 * Takes one permit if it is there.
	 * @param limit the name of a limit
	 * @param key whose permits, not empty; see {@link #key(String, String)}
	 * @return the decision
	 * @throws UnknownLimitException if there is no such limit
	 * @throws IllegalArgumentException if the key is empty, or the limit's key is
	 * composed of several parts
	 */
	default Decision tryAcquire(String limit, String key) {
		return tryAcquire(limit, key, 1);
	}

	/**
	 * Takes permits if all of them are there, else none.
	 * @param limit the name of a limit
	 * @param key whose permits, not empty; see {@link #key(String, String)}
	 * @param permits how many, 0 or more; 0 looks without taking
	 * @return the decision
	 * @throws UnknownLimitException if there is no such limit
	 * @throws IllegalArgumentException if the key is empty, the limit's key is composed
	 * of several parts, or the permits are negative
	 */
	default Decision tryAcquire(String limit, String key, long permits) {
		return tryAcquire(new Charge(limit(limit), key(limit, key), permits));
	}

	/**
	 * Takes the permits of a charge if all of them are there, else none.
	 * @param charge what to take
	 * @return the decision
	 * @throws UnknownLimitException if there is no such limit
	 */
	Decision tryAcquire(Charge charge);

	/**
	 * Takes the permits of all charges if all are there, and nothing of any if one is
	 * not: once a refusal has returned, every limit answers as if it had never come.
	 * <p>
	 * Where the same limit and key is named twice it is charged once, with the larger
	 * cost. Where a limit {@linkplain Limit#paces() lets calls wait}, this waits for the
	 * call's turn; interrupted, the call gives its place back and is refused, and the
	 * thread stays interrupted.
	 * @param charges what to take; where there is none the call is allowed
	 * @return the decision
	 * @throws UnknownLimitException if there is no such limit
	 */
	Decision tryAcquire(List<Charge> charges);

	/**
	 * Does what {@link #tryAcquire(List)} does without holding a thread while the call
	 * waits for its turn. Where no limit lets calls wait, the store is asked at once, by
	 * the calling thread.
	 * @param charges what to take; where there is none the call is allowed
	 * @return the decision, complete when the call may go on or is refused; cancelled,
	 * the call gives its place back. It fails only with an {@link UnknownLimitException}
	 */
	default CompletableFuture<Decision> acquireAsync(List<Charge> charges) {
		try {
			return CompletableFuture.completedFuture(tryAcquire(charges));
		}
		catch (UnknownLimitException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	/**
	 * Returns a limit, for making charges of it.
	 * @param name the limit's name
	 * @return the limit as it is configured now
	 * @throws UnknownLimitException if there is no such limit
	 */
	LimitHandle limit(String name);

	/**
	 * Returns the key that a plain text means at a limit: of the kind of the limit's
	 * first {@code key}, so that code and rules share one count. With
	 * {@code key: [user, ip]} the text is the name of a user; with {@code key: ip} an
	 * address, read as that of a request is; with {@code key: global} there is one key,
	 * whatever the text. For a key of another kind make a {@link Charge} with
	 * {@link Key#of(String, String)}.
	 * @param limit the name of a limit
	 * @param text the text, not empty
	 * @return the key
	 * @throws UnknownLimitException if there is no such limit
	 * @throws IllegalArgumentException if the text is empty, or the limit's key is
	 * composed of several parts, which one text cannot name
	 */
	default Key key(String limit, String text) {
		return Key.of(text);
	}

	/**
	 * Returns a limiter over a store.
	 * @param registry the limits
	 * @param store where the permits are kept
	 * @param killSwitch switches everything off and on
	 * @param degradation where failures of the store are reported
	 * @return the limiter
	 */
	static RateLimiter create(LimitRegistry registry, LimitStore store, KillSwitch killSwitch,
			Degradation degradation) {
		return create(registry, store, killSwitch, degradation, TimeSource.system(), RateLimitListener.NONE);
	}

	/**
	 * Returns a limiter over a store.
	 * @param registry the limits
	 * @param store where the permits are kept
	 * @param killSwitch switches everything off and on
	 * @param degradation where failures of the store are reported
	 * @param time by which calls wait
	 * @param listener is told of waits and bans
	 * @return the limiter
	 */
	static RateLimiter create(LimitRegistry registry, LimitStore store, KillSwitch killSwitch, Degradation degradation,
			TimeSource time, RateLimitListener listener) {
		return create(registry, store, killSwitch, degradation, time, listener, Integer.MAX_VALUE);
	}

	/**
	 * Returns how many of the calls that wait with their threads may wait for one key of
	 * a limit.
	 * @param waitingCallers how many may wait all together, 0 or more
	 * @return half, rounded up
	 */
	static int waitingCallersOfKey(int waitingCallers) {
		return ThreadShare.ofKey(waitingCallers);
	}

	/**
	 * Returns a limiter over a store, whose waiting calls hold a bounded number of
	 * threads.
	 * @param registry the limits
	 * @param store where the permits are kept
	 * @param killSwitch switches everything off and on
	 * @param degradation where failures of the store are reported
	 * @param time by which calls wait
	 * @param listener is told of waits and bans
	 * @param waitingCallers how many calls may wait in {@link #tryAcquire(List)} at a
	 * time, all together, and half of it, rounded up, for one key of a limit; 0 lets none
	 * wait. A call beyond it is refused at once with its wait. {@link #acquireAsync}
	 * holds no thread and is not bounded by it
	 * @return the limiter
	 * @throws IllegalArgumentException if the number is negative
	 */
	static RateLimiter create(LimitRegistry registry, LimitStore store, KillSwitch killSwitch, Degradation degradation,
			TimeSource time, RateLimitListener listener, int waitingCallers) {
		return new StoreRateLimiter(registry, store, killSwitch, degradation, time, listener, WaitingThreads.create(),
				new ThreadShare(waitingCallers));
	}

}
