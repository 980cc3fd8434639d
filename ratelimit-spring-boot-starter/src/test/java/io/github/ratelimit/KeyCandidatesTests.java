package io.github.ratelimit;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Which keys are meant by a text that somebody writes.
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
	void aSourceHasAKind() {
		assertThatIllegalArgumentException().isThrownBy(() -> new KeySource("ip", List.of()))
			.withMessage("Key 'ip' has no kind. Give it at least one.");
	}

	private static RegisteredLimit limit(KeySource source) {
		return new LimitRegistry().register(Limit.of("chat", Rate.parse("10/min")), List.of(source));
	}

}
