package io.github.ratelimit.store;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A store in a simple form: one caller, a map, exact limits. It predicts the answers of a
 * real store.
 */
final class StoreModel {

	private final ManualTime time;

	private final long resolution;

	private final Map<Place, LimitModel> kept = new HashMap<>();

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
	List<Taken> take(List<Charge> charges, List<ChargeDecision> said) {
		assertThat(said).hasSameSizeAs(charges);
		boolean allowed = charges.stream().allMatch((charge) -> !charge.isEnforced() || model(charge).grants(charge));
		List<Taken> taken = new ArrayList<>();
		for (int i = 0; i < charges.size(); i++) {
			Charge charge = charges.get(i);
			LimitModel model = model(charge);
			boolean granted = model.grants(charge);
			long turn = (allowed && granted) ? model.turnAfter(charge) : 0;
			if (allowed && granted) {
				taken.add(take(said.get(i), model));
			}
			assertSays(said.get(i), charge, model, granted);
			if (allowed) {
				assertSame("turn after", said.get(i), said.get(i).scheduledAfterNanos(), turn);
			}
			else {
				assertSame("receipt", said.get(i), said.get(i).receipt(), null);
			}
		}
		return taken;
	}

	private Taken take(ChargeDecision said, LimitModel model) {
		Charge charge = said.charge();
		if (charge.permits() == 0) {
			return new Taken(said, null, null);
		}
		Object from = model.takeFrom(charge.permits());
		this.kept.put(new Place(charge.limit().name(), charge.key()), model);
		return new Taken(said, model, from);
	}

	/**
	 * Written without assertThat, which would take most of a million comparisons' time.
	 */
	private static void assertSays(ChargeDecision said, Charge charge, LimitModel model, boolean granted) {
		assertSame("charge", said, said.charge(), charge);
		assertSame("violated", said, said.isViolated(), !granted);
		assertSame("remaining", said, said.remaining(), model.remaining());
		assertSame("retry after", said, said.retryAfterNanos(), granted ? 0 : model.waitFor(charge.needed()));
		assertSame("never payable", said, said.isNeverPayable(), charge.needed() > charge.limit().capacity());
		assertSame("reset after", said, said.resetAfter().toNanos(), model.timeToFull());
		for (int quota = 0; quota < charge.limit().quotas(); quota++) {
			String place = " of quota " + quota;
			long remaining = model.remaining(quota);
			assertSame("remaining" + place, said, said.remaining(quota), remaining);
			assertSame("reset after" + place, said, said.resetAfter(quota).toNanos(), model.timeToFull(quota));
			boolean lacking = remaining < charge.needed() || charge.limit().quotas() == 1;
			assertSame("violated" + place, said, said.isViolated(quota), !granted && lacking);
		}
	}

	private static void assertSame(String what, ChargeDecision said, @Nullable Object actual,
			@Nullable Object expected) {
		if (!Objects.equals(actual, expected)) {
			throw new AssertionError(
					what + " should be " + expected + " but is " + actual + ": " + said.charge() + " -> " + said);
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
		LimitModel known = this.kept.get(new Place(limit.name(), key));
		return (known != null) ? known.at(this.time.nanoTime()) : null;
	}

	/** Gives back what was taken, where it came from is still the one that counts. */
	void giveBack(Taken taken, long permits) {
		LimitModel known = known(taken.limit(), taken.said().key());
		if (known != null && known == taken.model() && taken.from() != null) {
			known.giveBackTo(taken.from(), permits);
		}
	}

	/** Charges what a call has cost. */
	void settle(Taken taken, long actual) {
		long more = actual - taken.said().charge().permits();
		if (more < 0) {
			giveBack(taken, -more);
		}
		else if (more > 0) {
			LimitModel model = model(taken.said().charge());
			long forgiven = model.charge(more);
			if (forgiven < more) {
				this.kept.put(new Place(taken.limit().name(), taken.said().key()), model);
			}
			this.forgiven.merge(taken.limit().name(), forgiven, Long::sum);
		}
	}

	long forgiven(Limit limit) {
		return this.forgiven.getOrDefault(limit.name(), 0L);
	}

	boolean forget(Limit limit, Key key) {
		return this.kept.remove(new Place(limit.name(), key)) != null;
	}

	private record Place(String limit, Key key) {
	}

	/** What one limit has granted, and of which state. */
	record Taken(ChargeDecision said, @Nullable LimitModel model, @Nullable Object from) {

		Limit limit() {
			return this.said.limit();
		}

	}

}
