package io.github.ratelimit.governor;

import io.github.ratelimit.governor.GovernorSettings.ConfiguredQuota;
import io.github.ratelimit.governor.SentHistory.Mark;
import io.github.ratelimit.governor.SharedNote.QuotaNote;
import io.github.ratelimit.provider.dialect.Dimension;
import io.github.ratelimit.provider.dialect.Quota;
import io.github.ratelimit.provider.dialect.Refill;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the limit that a report is about, of this instance's own responses and of the
 * notes of others: a known one, or a new one. Not thread-safe.
 */
final class QuotaReports {

	/** An end within this time is believed, whatever the window is said to be. */
	private static final long SOON_OVER_NANOS = TimeUnit.MINUTES.toNanos(5);

	/** The current window ends within one window, whose length may be known inexactly. */
	private static final long MOST_WINDOWS = 3;

	/** No limit of a provider has a longer window. */
	private static final long LONGEST_WINDOW_NANOS = TimeUnit.DAYS.toNanos(31);

	private final List<ReportedQuota> quotas = new ArrayList<>(2);

	private final GovernorSettings settings;

	private final Function<Dimension, Duration> defaultWindow;

	QuotaReports(GovernorSettings settings, Function<Dimension, Duration> defaultWindow) {
		this.settings = settings;
		this.defaultWindow = defaultWindow;
	}

	/** Returns a live view of the limits that are known from reports. */
	List<ReportedQuota> quotas() {
		return this.quotas;
	}

	/**
	 * Uses the report of one limit in a response.
	 * @param mark its call
	 * @param cost the expected cost of the call
	 * @param report the report, with the permits that remain
	 * @param sent the call that was sent last
	 * @param served whether the provider has served the call
	 * @param now the time
	 */
	void report(Mark mark, CallCost cost, Quota report, Mark sent, boolean served, long now) {
		ReportedQuota quota = findOrAdd(report, now);
		if (report.untilFull() != null && report.refill() == Refill.FIXED_WINDOW) {
			long untilFull = RetryAfterGate.nanos(report.untilFull());
			if (untilFull <= longestToEnd(report, quota)) {
				quota.windowEnds(untilFull, mark.sentAt(), now, served);
			}
		}
		if (quota.isNews(mark, now)) {
			quota.report(Math.max(0, report.limit()), report.remaining(), mark, sent, now);
		}
		else {
			quota.reportOvertaken(report.remaining(), mark, cost, now);
		}
		quota.noteOwnReport(report.remaining(), mark.sentAt());
		this.quotas
			.removeIf((other) -> other != quota && other.dimension() == quota.dimension() && other.isForgotten(now));
	}

	/**
	 * Returns how far away the end of a window can be. A report of a later one is wrong,
	 * and would stop all calls until then.
	 */
	private static long longestToEnd(Quota report, ReportedQuota quota) {
		return (report.window() != null) ? Math.max(SOON_OVER_NANOS, MOST_WINDOWS * quota.windowNanos())
				: LONGEST_WINDOW_NANOS;
	}

	private ReportedQuota findOrAdd(Quota report, long now) {
		boolean assumed = report.window() == null;
		long window = RetryAfterGate
			.nanos((report.window() != null) ? report.window() : this.defaultWindow.apply(report.dimension()));
		for (ReportedQuota quota : this.quotas) {
			if (quota.isOf(report.dimension(), window)) {
				return quota;
			}
			if (quota.canBe(report.dimension(), assumed)) {
				// one without a window, such as that of a full limit, is of the known one
				quota.adoptWindow(window, assumed);
				return quota;
			}
		}
		double capacity = (report.limit() != Quota.UNKNOWN) ? report.limit() : likelyCapacity(report);
		return add(report.dimension(), window, assumed, report.refill(), capacity, now);
	}

	private double likelyCapacity(Quota report) {
		double capacity = Math.max(1, report.remaining());
		for (ConfiguredQuota quota : this.settings.quotas()) {
			capacity = (quota.dimension() == report.dimension()) ? Math.max(quota.permits(), capacity) : capacity;
		}
		return capacity;
	}

	private ReportedQuota add(Dimension dimension, long window, boolean windowAssumed, Refill refill, double capacity,
			long now) {
		ReportedQuota quota = (refill == Refill.FIXED_WINDOW)
				? new FixedWindowQuota(dimension, window, windowAssumed, capacity, this.settings.reserve(), now)
				: new ReportedQuota(dimension, window, windowAssumed, capacity, this.settings.reserve(), now);
		this.quotas.add(quota);
		return quota;
	}

	/**
	 * Uses what another instance was reported. It begins with what that knows of a limit
	 * that is new here, and learns when its windows end.
	 * @param note the report
	 * @param known whether that was used before
	 * @param age how old the note is
	 * @param sent what was sent up to now
	 * @param now the time
	 * @return whether the limit was new
	 */
	boolean report(QuotaNote note, boolean known, long age, SentHistory sent, long now) {
		ReportedQuota found = find(note);
		if (found == null && ReportedQuota.isForgotten(note.reportNanos() + age, note.windowNanos())) {
			return false;
		}
		ReportedQuota quota = (found != null) ? found : add(note, age, now);
		if (note.isEndKnown() && quota.isOf(note.dimension(), note.windowNanos())) {
			quota.windowEndsElsewhere(now - age + note.endsEarliest(), now - age + note.endsLatest());
		}
		Mark mark = (note.remaining() >= 0) ? sent.at(now - age - note.reportNanos()) : null;
		if (mark != null && !known && quota.isNews(mark, now)) {
			quota.report(note.capacity(), note.remaining(), mark, sent.last(), now);
		}
		else if (mark != null) {
			quota.reportOvertaken(note.remaining(), mark, null, now);
		}
		return found == null;
	}

	private ReportedQuota add(QuotaNote note, long age, long now) {
		ReportedQuota quota = add(note.dimension(), note.windowNanos(), note.windowAssumed(), note.refill(),
				note.capacity(), now);
		quota.adopt(note, age, now);
		return quota;
	}

	/**
	 * A limit whose window another instance assumes is the known one of its dimension.
	 */
	private @Nullable ReportedQuota find(QuotaNote note) {
		ReportedQuota found = null;
		for (ReportedQuota quota : this.quotas) {
			if (quota.isOf(note.dimension(), note.windowNanos())) {
				return quota;
			}
			found = (found == null && quota.canBe(note.dimension(), note.windowAssumed())) ? quota : found;
		}
		if (found != null) {
			found.adoptWindow(note.windowNanos(), note.windowAssumed());
		}
		return found;
	}

}
