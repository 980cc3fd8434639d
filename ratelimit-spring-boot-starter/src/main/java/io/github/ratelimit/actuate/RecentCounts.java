package io.github.ratelimit.actuate;

import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.LimitStatistics;
import io.github.ratelimit.registry.RegisteredLimit;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many calls each limit allowed and refused in each five seconds of the last five
 * minutes. Takes less than a kilobyte for each limit. Thread-safe.
 */
public final class RecentCounts {

	/** How many seconds a count spans. */
	public static final int SECONDS = 5;

	private static final int POINTS = 60;

	private final LimitRegistry registry;

	private final Map<String, Counts> byLimit = new TreeMap<>();

	/**
	 * Creates counts that begin now.
	 * @param registry the limits
	 */
	public RecentCounts(LimitRegistry registry) {
		this.registry = registry;
	}

	/** Notes that {@value #SECONDS} seconds have passed. To be called just then. */
	public synchronized void fiveSecondsPassed() {
		for (RegisteredLimit limit : this.registry.all()) {
			LimitStatistics statistics = limit.statistics();
			this.byLimit.computeIfAbsent(limit.name(), (name) -> new Counts()).add(statistics);
			statistics.fiveSecondsPassed();
		}
	}

	synchronized History history() {
		Map<String, LimitHistory> limits = new TreeMap<>();
		this.byLimit.forEach((name, counts) -> limits.put(name, counts.history()));
		return new History(SECONDS, limits);
	}

	/**
	 * The counts of all limits.
	 *
	 * @param seconds how many seconds each count spans
	 * @param limits the counts by the limits' names
	 */
	public record History(int seconds, Map<String, LimitHistory> limits) {
	}

	/**
	 * The counts of one limit, the oldest first; all arrays have the same length, at most
	 * 60.
	 *
	 * @param allowed calls that were allowed
	 * @param denied calls that were refused, or would have been if the limit were not in
	 * shadow mode
	 */
	public record LimitHistory(int[] allowed, int[] denied) {
	}

	/** The counts of one limit, the newest at the end of each array. */
	private static final class Counts {

		private final int[] allowed = new int[POINTS];

		private final int[] denied = new int[POINTS];

		private int size;

		private long allowedBefore;

		private long deniedBefore;

		void add(LimitStatistics statistics) {
			long allowedNow = statistics.allowed();
			long deniedNow = statistics.denied() + statistics.shadowDenied();
			add(this.allowed, allowedNow - this.allowedBefore);
			add(this.denied, deniedNow - this.deniedBefore);
			this.allowedBefore = allowedNow;
			this.deniedBefore = deniedNow;
			this.size = Math.min(POINTS, this.size + 1);
		}

		private static void add(int[] counts, long count) {
			System.arraycopy(counts, 1, counts, 0, POINTS - 1);
			counts[POINTS - 1] = (int) Math.min(Integer.MAX_VALUE, count);
		}

		LimitHistory history() {
			return new LimitHistory(Arrays.copyOfRange(this.allowed, POINTS - this.size, POINTS),
					Arrays.copyOfRange(this.denied, POINTS - this.size, POINTS));
		}

	}

}
