package io.github.ratelimit.expression;

import io.github.ratelimit.Key;
import io.github.ratelimit.PlanResolver;
import io.github.ratelimit.TimeSource;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Asks the application's {@link PlanResolver} on which plan the keys of a limit are, and
 * remembers for a while what it says, of a bounded number of keys. Where it fails, what
 * it said last counts, else the limit's own rate: a call goes on in any case.
 * Thread-safe.
 * <p>
 * Keys are remembered in two generations: when the younger is full it becomes the older,
 * and what nobody asked for since the last time is forgotten.
 */
public final class ResolvedPlans {

	/** How many keys of a limit are remembered. */
	public static final int MAX_KEYS = 10_000;

	private static final Log logger = LogFactory.getLog(ResolvedPlans.class);

	private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

	private static final long LONGEST_PAUSE_NANOS = Duration.ofSeconds(5).toNanos();

	private final String limit;

	private final PlanResolver resolver;

	private final TimeSource time;

	private final long timeToLiveNanos;

	private final AtomicLong nextLogNanos;

	private volatile ConcurrentMap<Key, Answer> young = new ConcurrentHashMap<>();

	private volatile ConcurrentMap<Key, Answer> old = new ConcurrentHashMap<>();

	/**
	 * Creates it.
	 * @param limit the name of the limit
	 * @param resolver knows the plans
	 * @param time by which answers grow old
	 * @param timeToLive how long an answer counts, positive
	 */
	public ResolvedPlans(String limit, PlanResolver resolver, TimeSource time, Duration timeToLive) {
		this.limit = limit;
		this.resolver = resolver;
		this.time = time;
		this.timeToLiveNanos = timeToLive.toNanos();
		this.nextLogNanos = new AtomicLong(time.nanoTime());
	}

	@Nullable String planOf(Key key) {
		long now = this.time.nanoTime();
		Answer known = find(key);
		if (known == null) {
			Answer first = ask(key, null, now);
			remember(key, first);
			return first.plan;
		}
		if (!known.isDue(now)) {
			return known.plan;
		}
		// Others go by what is known while one asks.
		long due = known.dueNanos.get();
		if (now - due < 0 || !known.dueNanos.compareAndSet(due, now + this.timeToLiveNanos)) {
			return known.plan;
		}
		Answer next = ask(key, known.plan, now);
		remember(key, next);
		return next.plan;
	}

	private @Nullable Answer find(Key key) {
		Answer known = this.young.get(key);
		if (known == null) {
			known = this.old.get(key);
			if (known != null) {
				remember(key, known);
			}
		}
		return known;
	}

	private void remember(Key key, Answer answer) {
		ConcurrentMap<Key, Answer> map = this.young;
		if (map.size() >= MAX_KEYS / 2) {
			map = nextGeneration(map);
		}
		map.put(key, answer);
	}

	private synchronized ConcurrentMap<Key, Answer> nextGeneration(ConcurrentMap<Key, Answer> full) {
		if (this.young == full) {
			this.old = full;
			this.young = new ConcurrentHashMap<>();
		}
		return this.young;
	}

	private Answer ask(Key key, @Nullable String last, long now) {
		try {
			return new Answer(this.resolver.planOf(this.limit, key), now + this.timeToLiveNanos);
		}
		catch (RuntimeException | LinkageError | StackOverflowError ex) {
			log(ex);
			return new Answer(last, now + Math.min(this.timeToLiveNanos, LONGEST_PAUSE_NANOS));
		}
	}

	/** Says nothing of the key, which may be a secret; neither may the message. */
	private void log(Throwable failure) {
		long now = this.time.nanoTime();
		long next = this.nextLogNanos.get();
		if (now - next >= 0 && this.nextLogNanos.compareAndSet(next, now + QUIET_NANOS)) {
			logger.warn("The PlanResolver failed for limit '" + this.limit + "' (" + failure.getClass().getName()
					+ "): its last answer counts, or the limit's own rate. The next minute of such failures is not "
					+ "logged; all of them are at debug level");
		}
		logger.debug("The PlanResolver failed", failure);
	}

	/** What the resolver said, and when to ask again. */
	private static final class Answer {

		private final @Nullable String plan;

		private final AtomicLong dueNanos;

		Answer(@Nullable String plan, long dueNanos) {
			this.plan = plan;
			this.dueNanos = new AtomicLong(dueNanos);
		}

		boolean isDue(long now) {
			return now - this.dueNanos.get() >= 0;
		}

	}

}
