package io.github.ratelimit.benchmarks.redis.outage;

import io.github.ratelimit.benchmarks.redis.limiter.OurLimiter;
import io.github.ratelimit.benchmarks.redis.outage.OutageLoad.Answer;
import java.util.List;

/**
 * What Redis was made to take, beside what callers were granted: by the state of each key
 * as Redis has it once all is quiet. A command that was sent twice has taken two permits
 * of a key that was asked for once.
 *
 * @param twice keys that were asked for once and lack more than one permit, because an
 * answer was lost on the way and its call was charged afterwards
 * @param free permits that Redis granted and does not lack: given back, but spent
 * @param orphaned permits that were taken for refused callers
 * @param late how many decisions waited for Redis until their deadline
 */
record ChargeAudit(long twice, long free, long orphaned, long late) {

	private static final double OF_DEADLINE = 0.9;

	/**
	 * Reads the keys.
	 * @param answers those whose permits Redis can still have
	 * @param redis an instance that took no part
	 * @param keptState whether Redis has kept its state: else what was used before is
	 * charged to the hot key again
	 */
	static ChargeAudit of(List<Answer> answers, OurLimiter redis, boolean keptState) {
		long twice = 0;
		long free = 0;
		long orphaned = 0;
		for (Answer answer : answers) {
			if (answer.isOnce()) {
				long missing = redis.missing(answer.key());
				twice += (missing > 1) ? 1 : 0;
				free += (answer.granted() && !isLate(answer) && missing == 0) ? 1 : 0;
				orphaned += (!answer.allowed() && missing > 0) ? 1 : 0;
			}
		}
		long hot = redis.missing(OutageLoad.HOT)
				- answers.stream().filter((answer) -> answer.key().equals(OutageLoad.HOT) && answer.allowed()).count();
		long late = answers.stream().filter(ChargeAudit::isLate).count();
		return new ChargeAudit(twice + (keptState ? Math.max(0, hot) : 0), free + Math.max(0, -hot), orphaned, late);
	}

	/** Whether a decision was made without its answer because its deadline had come. */
	static boolean isLate(Answer answer) {
		return answer.nanos() >= OF_DEADLINE * Outages.DEADLINE.toNanos();
	}

	/**
	 * Whether nothing was granted that was not taken, and only late calls were charged
	 * twice, or for nothing.
	 */
	boolean isClean() {
		return this.free == 0 && this.twice + this.orphaned <= this.late;
	}

}
