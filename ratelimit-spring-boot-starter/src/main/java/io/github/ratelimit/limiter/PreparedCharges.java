package io.github.ratelimit.limiter;

import io.github.ratelimit.LimitMode;
import io.github.ratelimit.queue.QueuedCall;
import io.github.ratelimit.registry.BanHandles;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a call asks the store for: its own charges, as the modes of their limits want
 * them, then whether any of its keys is banned. It reads the store's answer as the
 * decision about its own charges.
 */
final class PreparedCharges {

	/** How many of the charges are the call's own. */
	private final int size;

	/** Own charges, then one for each of those whose limit has a penalty. */
	private final List<Charge> charges;

	/** Of the own charges that are pending, in their order; null if there are none. */
	private final PendingCalls.@Nullable Attempt @Nullable [] attempts;

	private PreparedCharges(int size, List<Charge> charges, PendingCalls.@Nullable Attempt @Nullable [] questions) {
		this.size = size;
		this.charges = charges;
		this.attempts = questions;
	}

	static PreparedCharges of(List<Charge> own, boolean mayWait, LimitMode mode, PendingCalls pending) {
		List<Charge> charges = new ArrayList<>(own.size());
		for (int i = 0; i < own.size(); i++) {
			charges.add(prepared(own.get(i), mayWait, mode));
		}
		for (int i = 0; i < own.size(); i++) {
			BanHandles penalty = own.get(i).handle().registered().banHandles();
			if (penalty != null) {
				Charge charge = charges.get(i);
				Charge look = Charge.look(penalty.bans(), charge.key(), 1);
				charges.add(charge.enforced() ? look : look.inShadow());
			}
		}
		return new PreparedCharges(own.size(), charges, ask(own, pending));
	}

	private static PendingCalls.@Nullable Attempt @Nullable [] ask(List<Charge> own, PendingCalls pending) {
		PendingCalls.@Nullable Attempt[] questions = null;
		for (int i = 0; i < own.size(); i++) {
			PendingCalls.Attempt question = pending.ask(own.get(i));
			if (question != null) {
				questions = (questions != null) ? questions : new PendingCalls.@Nullable Attempt[own.size()];
				questions[i] = question;
			}
		}
		return questions;
	}

	private static Charge prepared(Charge charge, boolean mayWait, LimitMode mode) {
		boolean waits = mayWait && charge.limit().paces();
		Charge prepared = waits ? charge.waiting(charge.limit().maxWait().toNanos()) : charge;
		return (mode == LimitMode.SHADOW || charge.handle().registered().settings().mode() == LimitMode.SHADOW)
				? prepared.inShadow() : prepared;
	}

	/** Returns the limits of the call's own charges. */
	List<RegisteredLimit> limits() {
		List<RegisteredLimit> limits = new ArrayList<>(this.size);
		for (int i = 0; i < this.size; i++) {
			limits.add(this.charges.get(i).handle().registered());
		}
		return limits;
	}

	List<Charge> charges() {
		return this.charges;
	}

	boolean waits() {
		for (int i = 0; i < this.charges.size(); i++) {
			if (QueuedCall.waits(this.charges.get(i))) {
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
	List<ChargeDecision> own(List<ChargeDecision> said, Consumer<ChargeDecision> taken) {
		List<ChargeDecision> own = withBans(said, taken);
		return (this.attempts != null) ? answered(own, this.attempts) : own;
	}

	private static List<ChargeDecision> answered(List<ChargeDecision> own,
			PendingCalls.@Nullable Attempt[] questions) {
		boolean allowed = own.stream().noneMatch(ChargeDecision::refuses);
		List<ChargeDecision> answered = new ArrayList<>(own);
		for (int i = 0; i < questions.length && own.size() == questions.length; i++) {
			PendingCalls.Attempt question = questions[i];
			if (question != null) {
				answered.set(i, question.answered(own.get(i), allowed));
			}
		}
		return answered;
	}

	/** The limits have answered, or could not. */
	void ended() {
		for (int i = 0; this.attempts != null && i < this.attempts.length; i++) {
			PendingCalls.Attempt question = this.attempts[i];
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
	int offences(ChargeDecision said, int index) {
		PendingCalls.Attempt question = (this.attempts != null && index < this.attempts.length)
				? this.attempts[index] : null;
		if (question != null && said.charge().isPending()) {
			return question.offences();
		}
		return (said.violated() && said.hasFacts() && !said.isBanned()) ? 1 : 0;
	}

	private List<ChargeDecision> withBans(List<ChargeDecision> said, Consumer<ChargeDecision> taken) {
		if (said.size() < this.charges.size() || this.charges.size() == this.size) {
			return said;
		}
		List<ChargeDecision> own = new ArrayList<>(said.subList(0, this.size));
		int ban = this.size;
		for (int i = 0; i < own.size(); i++) {
			if (ban < said.size() && isBanOf(this.charges.get(ban), this.charges.get(i))) {
				ChargeDecision before = own.get(i);
				own.set(i, banned(before, said.get(ban++)));
				if (own.get(i) != before && !before.violated()) {
					taken.accept(before);
				}
			}
		}
		return own;
	}

	private static boolean isBanOf(Charge ban, Charge own) {
		return ban.handle().registered() == own.handle().registered() && ban.key().equals(own.key());
	}

	private static ChargeDecision banned(ChargeDecision said, ChargeDecision ban) {
		if (!ban.violated()) {
			return said;
		}
		long wait = Math.max(said.retryAfterNanos(), ban.retryAfterNanos());
		return ban.unavailable() ? ChargeDecision.unavailable(said.charge(), wait) : ChargeDecision.banned(said, wait);
	}

}
