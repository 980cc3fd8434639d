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
 * What a call asks the store for: its own charges, as dry runs where their limits are in
 * shadow mode, then a peek for each key that may be banned. It turns the store's
 * decisions into those about the call's own charges.
 */
final class PreparedCharges {

	/** How many of the charges are the call's own. */
	private final int size;

	/** The own charges, then a peek at the ban of each one whose limit has a penalty. */
	private final List<Charge> charges;

	/**
	 * The attempts of the own charges, null for one that is not pending; null if no
	 * charge is.
	 */
	private final PendingCalls.@Nullable Attempt @Nullable [] attempts;

	private PreparedCharges(int size, List<Charge> charges, PendingCalls.@Nullable Attempt @Nullable [] attempts) {
		this.size = size;
		this.charges = charges;
		this.attempts = attempts;
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
				Charge look = Charge.peek(penalty.bans(), charge.key(), 1);
				charges.add(charge.isEnforced() ? look : look.asDryRun());
			}
		}
		return new PreparedCharges(own.size(), charges, ask(own, pending));
	}

	private static PendingCalls.@Nullable Attempt @Nullable [] ask(List<Charge> own, PendingCalls pending) {
		PendingCalls.@Nullable Attempt[] attempts = null;
		for (int i = 0; i < own.size(); i++) {
			PendingCalls.Attempt attempt = pending.ask(own.get(i));
			if (attempt != null) {
				attempts = (attempts != null) ? attempts : new PendingCalls.@Nullable Attempt[own.size()];
				attempts[i] = attempt;
			}
		}
		return attempts;
	}

	private static Charge prepared(Charge charge, boolean mayWait, LimitMode mode) {
		boolean waits = mayWait && charge.limit().isPaced();
		Charge prepared = waits ? charge.waiting(charge.limit().maxWait().toNanos()) : charge;
		return (mode == LimitMode.SHADOW || charge.handle().registered().settings().mode() == LimitMode.SHADOW)
				? prepared.asDryRun() : prepared;
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
	 * Returns the decisions about the call's own charges.
	 * @param decisions the store's answer, or the refusal of one limit that was not asked
	 * @param taken receives what a limit granted to a banned key, which the store does
	 * not know: a dry run is granted although the key is banned
	 */
	List<ChargeDecision> own(List<ChargeDecision> decisions, Consumer<ChargeDecision> taken) {
		List<ChargeDecision> own = withBans(decisions, taken);
		return (this.attempts != null) ? answered(own, this.attempts) : own;
	}

	private static List<ChargeDecision> answered(List<ChargeDecision> own, PendingCalls.@Nullable Attempt[] attempts) {
		boolean allowed = own.stream().noneMatch(ChargeDecision::isRefused);
		List<ChargeDecision> answered = new ArrayList<>(own);
		for (int i = 0; i < attempts.length && own.size() == attempts.length; i++) {
			PendingCalls.Attempt attempt = attempts[i];
			if (attempt != null) {
				answered.set(i, attempt.answered(own.get(i), allowed));
			}
		}
		return answered;
	}

	/** Ends the attempts: the store has answered, or could not. */
	void ended() {
		for (int i = 0; this.attempts != null && i < this.attempts.length; i++) {
			PendingCalls.Attempt attempt = this.attempts[i];
			if (attempt != null) {
				attempt.ended();
			}
		}
	}

	/**
	 * Returns how many refusals of a key count towards a ban.
	 * @param decision the decision of a limit
	 * @param index its index among the own charges
	 */
	int offences(ChargeDecision decision, int index) {
		PendingCalls.Attempt attempt = (this.attempts != null && index < this.attempts.length) ? this.attempts[index]
				: null;
		if (attempt != null && decision.charge().isPending()) {
			return attempt.offences();
		}
		return (decision.isViolated() && decision.hasFacts() && !decision.isBanned()) ? 1 : 0;
	}

	private List<ChargeDecision> withBans(List<ChargeDecision> decisions, Consumer<ChargeDecision> taken) {
		if (decisions.size() < this.charges.size() || this.charges.size() == this.size) {
			return decisions;
		}
		List<ChargeDecision> own = new ArrayList<>(decisions.subList(0, this.size));
		int ban = this.size;
		for (int i = 0; i < own.size(); i++) {
			if (ban < decisions.size() && isBanOf(this.charges.get(ban), this.charges.get(i))) {
				ChargeDecision before = own.get(i);
				own.set(i, banned(before, decisions.get(ban++)));
				if (own.get(i) != before && !before.isViolated()) {
					taken.accept(before);
				}
			}
		}
		return own;
	}

	private static boolean isBanOf(Charge ban, Charge own) {
		return ban.handle().registered() == own.handle().registered() && ban.key().equals(own.key());
	}

	private static ChargeDecision banned(ChargeDecision decision, ChargeDecision ban) {
		if (!ban.isViolated()) {
			return decision;
		}
		long wait = Math.max(decision.retryAfterNanos(), ban.retryAfterNanos());
		return ban.isUnavailable() ? ChargeDecision.unavailable(decision.charge(), wait)
				: ChargeDecision.banned(decision, wait);
	}

}
