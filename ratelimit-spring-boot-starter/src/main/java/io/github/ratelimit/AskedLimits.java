package io.github.ratelimit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a call asks the store for: its own charges, as the modes of their limits want
 * them, then whether any of its keys is banned. It reads the store's answer as the
 * decision about its own charges.
 */
final class AskedLimits {

	private final List<RegisteredLimit> limits;

	/** Own charges, then one for each of those whose limit has a penalty. */
	private final List<Charge> charges;

	/** Of the own charges that are pending, in their order; null if there are none. */
	private final PendingCalls.@Nullable Question @Nullable [] questions;

	private AskedLimits(List<RegisteredLimit> limits, List<Charge> charges,
			PendingCalls.@Nullable Question @Nullable [] questions) {
		this.limits = limits;
		this.charges = charges;
		this.questions = questions;
	}

	static AskedLimits of(List<Charge> own, List<RegisteredLimit> limits, LimitMode mode, PendingCalls pending) {
		List<Charge> charges = new ArrayList<>(own.size());
		for (int i = 0; i < own.size(); i++) {
			charges.add(prepared(own.get(i), limits.get(i), mode));
		}
		for (int i = 0; i < own.size(); i++) {
			PenaltyLimits penalty = limits.get(i).penaltyLimits();
			if (penalty != null) {
				Charge charge = charges.get(i);
				Charge look = Charge.look(penalty.ban(), charge.key(), 1);
				charges.add(charge.enforced() ? look : look.inShadow());
			}
		}
		return new AskedLimits(limits, charges, ask(own, pending));
	}

	private static PendingCalls.@Nullable Question @Nullable [] ask(List<Charge> own, PendingCalls pending) {
		PendingCalls.@Nullable Question[] questions = null;
		for (int i = 0; i < own.size(); i++) {
			PendingCalls.Question question = pending.ask(own.get(i));
			if (question != null) {
				questions = (questions != null) ? questions : new PendingCalls.@Nullable Question[own.size()];
				questions[i] = question;
			}
		}
		return questions;
	}

	private static Charge prepared(Charge charge, RegisteredLimit limit, LimitMode mode) {
		Charge prepared = charge.limit().paces() ? charge.waiting(charge.limit().maxWait().toNanos()) : charge;
		return (mode == LimitMode.SHADOW || limit.mode() == LimitMode.SHADOW) ? prepared.inShadow() : prepared;
	}

	List<RegisteredLimit> limits() {
		return this.limits;
	}

	List<Charge> charges() {
		return this.charges;
	}

	boolean waits() {
		for (int i = 0; i < this.charges.size(); i++) {
			if (WaitingCall.waits(this.charges.get(i))) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Returns what the limits say of the call's own charges.
	 * @param said the store's answer, or the refusal of one limit that was not asked
	 * @param taken is told what a limit gave to a key that is banned: in shadow a ban
	 * stops nothing, and the store does not know what it is for
	 */
	List<LimitDecision> own(List<LimitDecision> said, Consumer<LimitDecision> taken) {
		List<LimitDecision> own = judged(said, taken);
		return (this.questions != null) ? answered(own, this.questions) : own;
	}

	private static List<LimitDecision> answered(List<LimitDecision> own, PendingCalls.@Nullable Question[] questions) {
		boolean allowed = own.stream().noneMatch(LimitDecision::refuses);
		List<LimitDecision> answered = new ArrayList<>(own);
		for (int i = 0; i < questions.length && own.size() == questions.length; i++) {
			PendingCalls.Question question = questions[i];
			if (question != null) {
				answered.set(i, question.answered(own.get(i), allowed));
			}
		}
		return answered;
	}

	/** The limits have answered, or could not. */
	void ended() {
		for (int i = 0; this.questions != null && i < this.questions.length; i++) {
			PendingCalls.Question question = this.questions[i];
			if (question != null) {
				question.ended();
			}
		}
	}

	/**
	 * Returns how many refusals of a key are reasons for a ban.
	 * @param said what a limit has said
	 * @param index its place in the answer
	 */
	int offences(LimitDecision said, int index) {
		PendingCalls.Question question = (this.questions != null && index < this.questions.length)
				? this.questions[index] : null;
		if (question != null && said.charge().isPending()) {
			return question.offences();
		}
		return (said.violated() && said.hasFacts() && !said.isBanned()) ? 1 : 0;
	}

	private List<LimitDecision> judged(List<LimitDecision> said, Consumer<LimitDecision> taken) {
		if (said.size() < this.charges.size() || this.charges.size() == this.limits.size()) {
			return said;
		}
		List<LimitDecision> own = new ArrayList<>(said.subList(0, this.limits.size()));
		int ban = this.limits.size();
		for (int i = 0; i < own.size(); i++) {
			if (this.limits.get(i).penaltyLimits() != null) {
				LimitDecision before = own.get(i);
				own.set(i, punished(before, said.get(ban++)));
				if (own.get(i) != before && !before.violated()) {
					taken.accept(before);
				}
			}
		}
		return own;
	}

	private static LimitDecision punished(LimitDecision said, LimitDecision ban) {
		if (!ban.violated()) {
			return said;
		}
		long wait = Math.max(said.retryAfterNanos(), ban.retryAfterNanos());
		return ban.unavailable() ? LimitDecision.unavailable(said.charge(), wait) : LimitDecision.banned(said, wait);
	}

	/**
	 * Returns the limit that said something.
	 * @param decision what it said
	 * @param index its place in the answer
	 */
	RegisteredLimit limitOf(LimitDecision decision, int index) {
		String name = decision.limit().name();
		RegisteredLimit limit = this.limits.get(index);
		for (int i = 0; !limit.limit().name().equals(name); i++) {
			limit = this.limits.get(i);
		}
		return limit;
	}

}
