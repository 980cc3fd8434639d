package io.github.ratelimit.expression;

import static io.github.ratelimit.expression.TestRequest.call;
import static io.github.ratelimit.expression.TestRequest.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.MissingKeyException;
import io.github.ratelimit.Rate;
import io.github.ratelimit.UnknownLimitException;
import io.github.ratelimit.expression.LimitPolicy.OnMissingKey;
import io.github.ratelimit.expression.spel.ExpressionParser;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.Charge;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a limit takes from a call.
 */
class LimitPolicyTests {

	private final ExpressionParser parser = new ExpressionParser(null);

	private final RegisteredLimit chat = new LimitRegistry().register(Limit.of("chat", Rate.parse("10/min")),
			List.of());

	@Test
	void firstKeyWithAValueIsCharged() {
		LimitPolicy policy = policy(OnMissingKey.DENY, null, "header('X')", "user", "ip");

		assertThat(policy.charge(request().with("header:X", "x").with("user", "alice").call()))
			.isEqualTo(charge(Key.of("x"), 1));
		assertThat(policy.charge(call("user", "alice"))).isEqualTo(charge(Key.of("user", "alice"), 1));
		assertThat(policy.charge(request().call())).isEqualTo(charge(Key.of("ip", "192.0.2.1"), 1));
	}

	@Test
	void missingKeyIsCountedByAddress() {
		assertThat(policy(OnMissingKey.IP, "3", "user").charge(request().call()))
			.isEqualTo(charge(Key.of("ip", "192.0.2.1"), 3));
	}

	@Test
	void missingKeyIsSkipped() {
		assertThat(policy(OnMissingKey.SKIP, null, "user").charge(request().call())).isNull();
		assertThat(policy(OnMissingKey.SKIP, null, "user").charge(ExpressionRoot.of(null, new Object[0]))).isNull();
	}

	@Test
	void missingKeyIsDenied() {
		assertDenied(policy(OnMissingKey.DENY, null, "user"), request().call(),
				"Limit 'chat' has no key for this call. user has no value, and on-missing-key is deny.");
		assertDenied(policy(OnMissingKey.DENY, null, "user", "header('X')"), request().call(),
				"Limit 'chat' has no key for this call. None of user, header('X') has a value, and on-missing-key is"
						+ " deny.");
	}

	@Test
	void missingKeyWithoutARequestIsDeniedWithAReason() {
		assertDenied(policy(OnMissingKey.IP, null, "user"), ExpressionRoot.of(null, new Object[0]),
				"Limit 'chat' has no key for this call. user has no value, and no request is bound to this thread that"
						+ " would have an address: on-missing-key: ip denies then.");
		assertDenied(policy(OnMissingKey.IP, null, "user"), call("ip", null),
				"Limit 'chat' has no key for this call. user has no value, and the request has no address, as over a"
						+ " Unix socket: on-missing-key: ip denies then. Give the limit a key that such requests have, such"
						+ " as header('X-API-Key') or user, with global as the last one if all the others are to share one"
						+ " key, or write on-missing-key: skip.");
	}

	@Test
	void otherKeyReplacesAllKeys() {
		LimitPolicy policy = policy(OnMissingKey.SKIP, "3", "user", "ip").withKey(key("header('X')"));

		assertThat(policy.charge(request().with("header:X", "x").with("user", "alice").call()))
			.isEqualTo(charge(Key.of("x"), 3));
		assertThat(policy.charge(call("user", "alice"))).isNull();
		assertThat(policy.looksAtSecurity()).isFalse();
	}

	@Test
	void otherKeyDoesNotReplaceGlobal() {
		LimitPolicy policy = policy(OnMissingKey.IP, null, "global").withKey(key("user"));

		assertThat(policy.isGlobal()).isTrue();
		assertThat(policy.charge(call("user", "alice"))).isEqualTo(charge(Key.GLOBAL, 1));
	}

	@Test
	void otherCostConcernsOnlyLimitsThatHaveOne() {
		Expression<Long> cost = this.parser.requestCost("claim('cost')");

		assertThat(policy(OnMissingKey.IP, "3", "ip").withCost(cost).charge(call("claim:cost", 7)).permits())
			.isEqualTo(7);
		assertThat(policy(OnMissingKey.IP, null, "ip").withCost(cost).charge(call("claim:cost", 7)).permits())
			.isEqualTo(1);
		assertThat(policy(OnMissingKey.IP, "3", "ip").withCost(cost).looksAtSecurity()).isTrue();
		assertThat(policy(OnMissingKey.IP, null, "ip").withCost(cost).looksAtSecurity()).isFalse();
	}

	@Test
	void ownCostIsGivenWithThePolicy() {
		LimitPolicy policy = LimitPolicy.of(this.chat, List.of(key("ip")), OnMissingKey.IP,
				this.parser.requestCost("header('X').length()"));

		assertThat(policy.charge(call("header:X", "four")).permits()).isEqualTo(4);
	}

	@Test
	void limitWithoutAKeyCannotBe() {
		assertThatIllegalArgumentException().isThrownBy(() -> policy(OnMissingKey.IP, null))
			.withMessage("Limit 'chat' has no key. Say whose calls it counts, for example header('X-API-Key'), ip or"
					+ " global.");
	}

	@Test
	void keyAfterGlobalCannotBe() {
		assertThatIllegalArgumentException().isThrownBy(() -> policy(OnMissingKey.IP, null, "global", "ip"))
			.withMessage("Limit 'chat' has keys after global, which every call has. Write global as the last key, or"
					+ " leave the others out.");
		assertThat(policy(OnMissingKey.IP, null, "user", "global").charge(request().call()))
			.isEqualTo(charge(Key.GLOBAL, 1));
	}

	@ParameterizedTest
	@EnumSource(OnMissingKey.class)
	void keyThatIsThereNeedsNothingElse(OnMissingKey onMissingKey) {
		assertThat(policy(onMissingKey, null, "method").charge(request().call())).isEqualTo(charge(Key.of("POST"), 1));
	}

	@Test
	void policiesAreFoundByTheLimitsName() {
		LimitPolicy policy = policy(OnMissingKey.IP, null, "ip");
		LimitPolicies policies = new LimitPolicies(List.of(policy));

		assertThat(policies.get("chat")).isSameAs(policy);
		assertThatExceptionOfType(UnknownLimitException.class).isThrownBy(() -> policies.get("chta"));
		assertThatIllegalArgumentException().isThrownBy(() -> new LimitPolicies(List.of(policy, policy)))
			.withMessage("Limit 'chat' has two policies. Give it one.");
	}

	private static void assertDenied(LimitPolicy policy, ExpressionRoot call, String message) {
		assertThatExceptionOfType(MissingKeyException.class).isThrownBy(() -> policy.charge(call)).withMessage(message);
	}

	private LimitPolicy policy(OnMissingKey onMissingKey, String cost, String... keys) {
		return LimitPolicy.of(this.chat, Arrays.stream(keys).map(this::key).toList(), onMissingKey,
				(cost != null) ? this.parser.requestCost(cost) : null);
	}

	private KeyExpression key(String text) {
		return this.parser.requestKey(text);
	}

	private Charge charge(Key key, long permits) {
		return Charge.of(this.chat.handle(), key, permits);
	}

}
