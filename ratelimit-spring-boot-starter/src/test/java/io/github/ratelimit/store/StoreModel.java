package io.github.ratelimit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A store in a simple form: one caller, a map, exact limits. It predicts the answers of a
 * real store.
 */
final class StoreModel {

	private final ManualTime time;

	private final long resolution;

	private final Map<Entry, LimitModel> kept = new HashMap<>();

	private final Map<String, Long> forgiven = new HashMap<>();

	StoreModel(ManualTime time, long resolution) {
		this.time = time;
		this.resolution = resolution;
	}

	/**
	 * Takes the charges if all that are enforced can be granted, and compares the store's
	 * decisions.
	 * @return what was granted, empty if the request was refused
	 */
	List<Taken> take(List<Charge> charges, List<ChargeDecision> decisions) {
		assertThat(decisions).hasSameSizeAs(charges);
		boolean allowed = charges.stream().allMatch((charge) -> !charge.isEnforced() || model(charge).grants(charge));
		List<Taken> taken = new ArrayList<>();
		for (int i = 0; i < charges.size(); i++) {
			Charge charge = charges.get(i);
			LimitModel model = model(charge);
			boolean granted = model.grants(charge);
			long wait = (allowed && granted) ? model.turnAfter(charge) : 0;
			if (allowed && granted) {
				taken.add(take(decisions.get(i), model));
			}
			assertMatches(decisions.get(i), charge, model, granted);
			if (allowed) {
				assertSame("scheduled after", decisions.get(i), decisions.get(i).scheduledAfterNanos(), wait);
			}
			else {
				assertSame("receipt", decisions.get(i), decisions.get(i).receipt(), null);
			}
		}
		return taken;
	}

	private Taken take(ChargeDecision decision, LimitModel model) {
		Charge charge = decision.charge();
		if (charge.permits() == 0) {
			return new Taken(decision, null, null);
		}
		Object from = model.takeFrom(charge.permits());
		this.kept.put(new Entry(charge.limit().name(), charge.key()), model);
		return new Taken(decision, model, from);
	}

	/**
	 * Written without assertThat, which would take most of a million comparisons' time.
	 */
	private static void assertMatches(ChargeDecision decision, Charge charge, LimitModel model, boolean granted) {
		assertSame("charge", decision, decision.charge(), charge);
		assertSame("violated", decision, decision.isViolated(), !granted);
		assertSame("remaining", decision, decision.remaining(), model.remaining());
		assertSame("retry after", decision, decision.retryAfterNanos(), granted ? 0 : model.waitFor(charge.needed()));
		assertSame("never payable", decision, decision.isNeverPayable(), charge.needed() > charge.limit().capacity());
		assertSame("reset after", decision, decision.resetAfter().toNanos(), model.timeToFull());
		for (int quota = 0; quota < charge.limit().quotas(); quota++) {
			String suffix = " of quota " + quota;
			long remaining = model.remaining(quota);
			assertSame("remaining" + suffix, decision, decision.remaining(quota), remaining);
			assertSame("reset after" + suffix, decision, decision.resetAfter(quota).toNanos(), model.timeToFull(quota));
			boolean lacking = remaining < charge.needed() || charge.limit().quotas() == 1;
			assertSame("violated" + suffix, decision, decision.isViolated(quota), !granted && lacking);
		}
	}

	private static void assertSame(String what, ChargeDecision decision, @Nullable Object actual,
			@Nullable Object expected) {
		if (!Objects.equals(actual, expected)) {
			throw new AssertionError(what + " should be " + expected + " but is " + actual + ": " + decision.charge()
					+ " -> " + decision);
		}
	}

	/** Returns the model as it is now, a full one if nothing was ever taken of it. */
	LimitModel model(Charge charge) {
		return model(charge.limit(), charge.key());
	}

	LimitModel model(Limit limit, Key key) {
		LimitModel known = known(limit, key);
		return (known != null) ? known : LimitModel.of(limit, this.time.nanoTime(), this.resolution);
	}

	/** Returns the model as it is now, null if nothing was ever taken of it. */
	@Nullable LimitModel known(Limit limit, Key key) {
		LimitModel known = this.kept.get(new Entry(limit.name(), key));
		return (known != null) ? known.at(this.time.nanoTime()) : null;
	}

	/** Gives back what was taken, if the state that it came from is still current. */
	void giveBack(Taken taken, long permits) {
		LimitModel known = known(taken.limit(), taken.decision().key());
		if (known != null && known == taken.model() && taken.from() != null) {
			known.giveBackTo(taken.from(), permits);
		}
	}

	/** Charges what a call has cost. */
	void settle(Taken taken, long actual) {
		long more = actual - taken.decision().charge().permits();
		if (more < 0) {
			giveBack(taken, -more);
		}
		else if (more > 0) {
			LimitModel model = model(taken.decision().charge());
			long forgiven = model.charge(more);
			if (forgiven < more) {
				this.kept.put(new Entry(taken.limit().name(), taken.decision().key()), model);
			}
			this.forgiven.merge(taken.limit().name(), forgiven, Long::sum);
		}
	}

	long forgiven(Limit limit) {
		return this.forgiven.getOrDefault(limit.name(), 0L);
	}

	boolean forget(Limit limit, Key key) {
		return this.kept.remove(new Entry(limit.name(), key)) != null;
	}

	private record Entry(String limit, Key key) {
	}

	/** What one limit has granted, and of which state. */
	record Taken(ChargeDecision decision, @Nullable LimitModel model, @Nullable Object from) {

		Limit limit() {
			return this.decision.limit();
		}

	}

}
