package io.github.ratelimit.expression;

import io.github.ratelimit.Key;
import io.github.ratelimit.PlanResolver;
import io.github.ratelimit.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ConcurrentLruCache;

/**
 * Caches the plans that the application's {@link PlanResolver} returns for the keys of a
 * limit, for a time and for a bounded number of keys. If the resolver fails, its last
 * result applies, otherwise the limit's own rate, so that a call never fails.
 * Thread-safe.
 */
public final class PlanResolverCache {

	/** The maximum number of keys of a limit in the cache. */
	public static final int MAX_KEYS = 10_000;

	private static final Log logger = LogFactory.getLog(PlanResolverCache.class);

	private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

	private static final long LONGEST_PAUSE_NANOS = Duration.ofSeconds(5).toNanos();

	private final String limit;

	private final PlanResolver resolver;

	private final TimeSource time;

	private final long timeToLiveNanos;

	private final AtomicLong nextLogNanos;

	private final ConcurrentLruCache<Key, Answer> answers = new ConcurrentLruCache<>(MAX_KEYS, this::firstAnswer);

	/**
	 * Creates it.
	 * @param limit the name of the limit
	 * @param resolver returns the plans
	 * @param time by which answers grow old
	 * @param timeToLive how long an answer counts, positive
	 */
	public PlanResolverCache(String limit, PlanResolver resolver, TimeSource time, Duration timeToLive) {
		this.limit = limit;
		this.resolver = resolver;
		this.time = time;
		this.timeToLiveNanos = timeToLive.toNanos();
		this.nextLogNanos = new AtomicLong(time.nanoTime());
	}

	@Nullable String planOf(Key key) {
		long now = this.time.nanoTime();
		Answer answer = this.answers.get(key);
		long due = answer.dueNanos.get();
		// Other threads use the cached plan while one calls the resolver.
		if (now - due >= 0 && answer.dueNanos.compareAndSet(due, now + this.timeToLiveNanos)) {
			ask(key, answer, now);
		}
		return answer.plan;
	}

	private Answer firstAnswer(Key key) {
		Answer answer = new Answer();
		ask(key, answer, this.time.nanoTime());
		return answer;
	}

	private void ask(Key key, Answer answer, long now) {
		try {
			answer.plan = this.resolver.planOf(this.limit, key);
			answer.dueNanos.set(now + this.timeToLiveNanos);
		}
		catch (RuntimeException | LinkageError | StackOverflowError ex) {
			log(ex);
			answer.dueNanos.set(now + Math.min(this.timeToLiveNanos, LONGEST_PAUSE_NANOS));
		}
	}

	/** Omits the key, which may be a secret, and the message, which may contain it. */
	private void log(Throwable failure) {
		long now = this.time.nanoTime();
		long next = this.nextLogNanos.get();
		if (now - next >= 0 && this.nextLogNanos.compareAndSet(next, now + QUIET_NANOS)) {
			logger.warn("The PlanResolver failed for limit '" + this.limit + "' (" + failure.getClass().getName()
					+ "): its last answer counts, or the limit's own rate. The next minute of such failures is not "
					+ "logged; all of them are at debug level [RL608]");
		}
		logger.debug("The PlanResolver failed", failure);
	}

	/** A result of the resolver, and when to call it again. */
	private static final class Answer {

		private final AtomicLong dueNanos = new AtomicLong();

		private volatile @Nullable String plan;

	}

}
