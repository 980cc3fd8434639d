package io.github.ratelimit.benchmarks.redis;

import io.github.ratelimit.benchmarks.redis.OutageLoad.Answer;
import java.util.List;

/**
 * What Redis was made to take, beside what callers were granted: by the state of each key
 * as Redis has it once all is quiet. A command that was sent twice has taken two permits
 * of a key that was asked for once.
 *
 * @param twice keys that were asked for once and lack more than one permit
 * @param free permits that Redis granted and does not lack: given back, but spent
 * @param orphaned permits that were taken for callers who were told otherwise, because
 * the answer was lost on the way
 * @param late how many decisions waited for Redis until their deadline
 */
record ChargeAudit(long twice, long free, long orphaned, long late) {

	private static final double OF_DEADLINE = 0.9;

	/**
	 * Reads the keys.
	 * @param answers those whose permits Redis can still have
	 * @param redis an instance that took no part
	 */
	static ChargeAudit of(List<Answer> answers, OurLimiter redis) {
		long twice = 0;
		long free = 0;
		long orphaned = 0;
		for (Answer answer : answers) {
			if (answer.isOnce()) {
				long missing = redis.missing(answer.key());
				twice += (missing > 1) ? 1 : 0;
				free += (answer.granted() && missing == 0) ? 1 : 0;
				orphaned += (!answer.granted() && missing > 0) ? 1 : 0;
			}
		}
		long hot = redis.missing(OutageLoad.HOT)
				- answers.stream().filter((answer) -> answer.key().equals(OutageLoad.HOT) && answer.granted()).count();
		long late = answers.stream().filter(ChargeAudit::isLate).count();
		return new ChargeAudit(twice, free + Math.max(0, -hot), orphaned + Math.max(0, hot), late);
	}

	/** Whether a decision was made without Redis because its deadline had come. */
	static boolean isLate(Answer answer) {
		return answer.degraded() && answer.nanos() >= OF_DEADLINE * Outages.DEADLINE.toNanos();
	}

	/**
	 * Whether each command was run once at most, and nothing was granted that was not
	 * taken.
	 */
	boolean isClean() {
		return this.twice == 0 && this.free == 0 && this.orphaned <= this.late;
	}

}
