package io.github.ratelimit.permit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.ManualTime;
import io.github.ratelimit.Rate;
import io.github.ratelimit.registry.Handles;
import io.github.ratelimit.store.Charge;
import io.github.ratelimit.store.ChargeDecision;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.store.memory.MemoryStore;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a request holds of its rules and of the limited methods that it calls. */
class RequestPermitTests {

	/** More than a request keeps of what its calls have returned. */
	private static final int MANY = 200;

	private final LimitStore store = new MemoryStore(new ManualTime(), 10);

	private final Charge slot = charge(Limit.named("slots").maxConcurrent(1).build());

	private final Charge tokens = charge(Limit.named("tokens").rates(Rate.parse("1000/36500d")).costed(true).build());

	private final RequestPermit permit = new RequestPermit(List.of());

	@Test
	void theSlotOfARuleIsFreeAfterARequestWithManyCallsThatItCovers() {
		this.permit.add(take(this.slot));
		for (int i = 0; i < MANY; i++) {
			this.permit.call(take(this.tokens), List.of(this.slot)).close();
		}
		assertThat(this.store.take(this.slot).isViolated()).as("while the request is served").isTrue();

		this.permit.close();

		assertThat(this.store.take(this.slot).isViolated()).isFalse();
	}

	@Test
	void theSlotOfACallThatIsKeptOpenIsFreeAfterARequestWithManyCalls() {
		CallPermit open = this.permit.call(take(this.slot), List.of());
		assertThat(this.permit.keepOpen(open, false)).isTrue();
		for (int i = 0; i < MANY; i++) {
			this.permit.call(take(this.tokens), List.of()).close();
		}

		this.permit.close();

		assertThat(this.store.take(this.slot).isViolated()).isFalse();
	}

	private StoreDecision take(Charge charge) {
		ChargeDecision decision = this.store.take(charge);
		assertThat(decision.isViolated()).isFalse();
		return new StoreDecision(decision, this.store);
	}

	private static Charge charge(Limit limit) {
		return Charge.of(Handles.of(limit), Key.of("caller"), 1);
	}

}
