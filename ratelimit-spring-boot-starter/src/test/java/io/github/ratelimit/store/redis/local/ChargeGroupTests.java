package io.github.ratelimit.store.redis.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Limit;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.Receipt;
import io.github.ratelimit.store.StoreFixture;
import io.github.ratelimit.store.redis.script.LimitEncoding;
import io.github.ratelimit.store.redis.script.RedisKeyNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Slots that Redis grants while calls of this instance have some that Redis has not. */
@Tag("version-independent")
class ChargeGroupTests {

	private final KeyCharge first = ofOneSlot("first");

	private final KeyCharge second = ofOneSlot("second");

	private final KeyCharge third = ofOneSlot("third");

	private final List<Charge> givenBack = new ArrayList<>();

	@Test
	void aCallThatSeveralLimitsHaveNoSlotForLeavesTheSlotsOfOtherCallsTaken() {
		occupy(this.first);
		occupy(this.second);

		List<ChargeDecision> decided = decide(this.first, this.second, this.third);

		assertThat(decided).extracting(ChargeDecision::isRefused).containsExactly(true, true, false);
		assertThat(decided).allMatch((decision) -> decision.receipt() == null);
		assertThat(this.givenBack).containsExactly(this.first.charge(), this.second.charge(), this.third.charge());
		assertThat(List.of(this.first, this.second)).allMatch((taken) -> taken.key().slots().free(1) == 0);
		assertThat(this.third.key().slots().free(1)).as("was held for the refused call").isEqualTo(1);
	}

	@Test
	void aCallThatAllLimitsHaveASlotForHoldsThem() {
		assertThat(decide(this.first, this.second)).noneMatch(ChargeDecision::isRefused);

		assertThat(this.givenBack).isEmpty();
		assertThat(List.of(this.first, this.second)).allMatch((taken) -> taken.key().slots().free(1) == 0);
	}

	private List<ChargeDecision> decide(KeyCharge... charges) {
		List<KeyCharge> requested = List.of(charges);
		return hold(requested, (decision, charge) -> this.givenBack.add(charge.charge()));
	}

	private static void occupy(KeyCharge requested) {
		hold(List.of(requested), (decision, charge) -> {
		});
	}

	private static List<ChargeDecision> hold(List<KeyCharge> charges, BiConsumer<ChargeDecision, KeyCharge> giveBack) {
		ChargeGroup requested = new ChargeGroup(charges.size(), charges);
		requested.reserveSlots();
		return requested.holdSlots(charges.stream().map(ChargeGroupTests::granted).toList(), giveBack);
	}

	private static ChargeDecision granted(KeyCharge requested) {
		return ChargeDecision.granted(requested.charge(), new Receipt() {
		}, 0, 0, null);
	}

	private static KeyCharge ofOneSlot(String name) {
		Limit limit = Limit.named(name).maxConcurrent(1).build();
		Charge charge = StoreFixture.charge(limit, "caller", 1);
		LimitEncoding encoding = LimitEncoding.of(limit, Duration.ofSeconds(30));
		RememberedKeys keys = new RememberedKeys(charge.handle(), encoding.space(), new RedisKeyNames("ratelimit"), 10);
		return new KeyCharge(charge, keys.get(charge.key(), 0), encoding);
	}

}
