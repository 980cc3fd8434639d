package io.github.ratelimit.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.ratelimit.Key;
import io.github.ratelimit.Limit;
import io.github.ratelimit.Rate;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * The keys that a text can mean.
 */
class KeyCandidatesTests {

	@Test
	void everyKindOfTheLimitIsTriedFirst() {
		RegisteredLimit limit = limit(new KeySource("coalesce(claim('org'), user)", List.of("claim(org)", "user")));

		assertThat(limit.candidates("acme")).containsExactly(Key.of("claim(org)", "acme"), Key.of("user", "acme"),
				Key.of("acme"), Key.of("ip", "acme"));
	}

	@Test
	void globalIsTheSharedKeyOrAText() {
		RegisteredLimit limit = limit(new KeySource("global", Key.GLOBAL_KIND));

		assertThat(limit.candidates("global")).startsWith(Key.GLOBAL).contains(Key.of("global"));
		assertThat(limit.candidates("x")).extracting(Key::kind).containsExactly("value", "user", "ip");
	}

	@Test
	void anEmptyTextMeansNoKey() {
		assertThat(limit(new KeySource("ip", "ip")).candidates("")).isEmpty();
	}

	@Test
	void anAddressIsLookedForAsRequestsHaveIt() {
		assertThat(limit(new KeySource("ip", "ip"), (text) -> "canonical").candidates("2001:db8::1")).containsExactly(
				Key.of("ip", "canonical"), Key.of("ip", "2001:db8::1"), Key.of("2001:db8::1"),
				Key.of("user", "2001:db8::1"));
	}

	@Test
	void aTextInCodeIsOfTheKindOfTheFirstKey() {
		assertThat(limit(new KeySource("user", "user"), new KeySource("ip", "ip")).key("alice"))
			.isEqualTo(Key.of("user", "alice"));
		assertThat(limit(new KeySource("coalesce(claim('org'), user)", List.of("claim(org)", "user"))).key("acme"))
			.isEqualTo(Key.of("claim(org)", "acme"));
		assertThat(limit(new KeySource("header('X-API-Key')", "value")).key("k")).isEqualTo(Key.of("k"));
		assertThat(limit(new KeySource("ip", "ip"), (text) -> "canonical").key("2001:db8::1"))
			.isEqualTo(Key.of("ip", "canonical"));
		assertThat(limit(new KeySource("global", Key.GLOBAL_KIND)).key("alice")).isEqualTo(Key.GLOBAL);
		assertThat(limit().key("alice")).isEqualTo(Key.of("alice"));
	}

	@Test
	void anEmptyTextInCodeIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> limit(new KeySource("global", Key.GLOBAL_KIND)).key(""));
		assertThatIllegalArgumentException().isThrownBy(() -> limit(new KeySource("user", "user")).key(""));
	}

	@Test
	void oneTextCannotNameSeveralParts() {
		KeySource composed = new KeySource("user + path", List.of("user+value"), true);
		assertThatIllegalArgumentException().isThrownBy(() -> limit(composed).key("alice"))
			.withMessage("Limit 'chat' counts by user + path, several parts that one text cannot name. Pass a new "
					+ "PermitRequest(limit, Key.composed(parts), permits) with a key for each part, such as "
					+ "Key.of(Key.USER_KIND, name) or Key.of(value).");
	}

	@Test
	void aSourceHasAKind() {
		assertThatIllegalArgumentException().isThrownBy(() -> new KeySource("ip", List.of()))
			.withMessage("Key 'ip' has no kind. Give it at least one.");
	}

	private static RegisteredLimit limit(KeySource... sources) {
		return new LimitRegistry().register(Limit.of("chat", Rate.parse("10/min")), List.of(sources));
	}

	private static RegisteredLimit limit(KeySource source, UnaryOperator<String> addressForm) {
		LimitRegistry registry = new LimitRegistry();
		registry.setAddressForm(addressForm);
		return registry.register(Limit.of("chat", Rate.parse("10/min")), List.of(source));
	}

}
