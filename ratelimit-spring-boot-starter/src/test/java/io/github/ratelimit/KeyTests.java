package io.github.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.NotEmpty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Keys: when two of them are equal, and what they show.
 */
class KeyTests {

	private static final String SECRET = "sk-proj-4f9a8b7c6d5e";

	@Test
	void kindsKeepEqualTextsApart() {
		assertThat(Key.of("127.0.0.1")).isEqualTo(Key.of("value", "127.0.0.1"))
			.hasSameHashCodeAs(Key.of("value", "127.0.0.1"))
			.isNotEqualTo(Key.of("user", "127.0.0.1"))
			.isNotEqualTo(Key.of("ip", "127.0.0.1"))
			.isNotEqualTo("127.0.0.1");
		assertThat(Key.of("global")).isNotEqualTo(Key.GLOBAL);
	}

	@Test
	void anEmptyTextIsNoKey() {
		assertThatIllegalArgumentException().isThrownBy(() -> Key.of("user", ""))
			.withMessage("A key of kind 'user' has an empty text. "
					+ "Where there is no value there is no key: choose what to do then.");
		assertThatIllegalArgumentException().isThrownBy(() -> Key.composed(List.of()));
	}

	@Test
	void longTextsAreHashed() {
		assertThat(Key.of("x".repeat(128)).text()).hasSize(128);
		Key hashed = Key.of("x".repeat(129));

		assertThat(hashed.text()).matches("[0-9a-f]{64}");
		assertThat(hashed).isEqualTo(Key.of("x".repeat(129)))
			.isNotEqualTo(Key.of("x".repeat(130)))
			.isNotEqualTo(Key.of("user", "x".repeat(129)));
		assertThat(Key.of(hashed.text())).isNotEqualTo(hashed);
		assertThat(Key.of("y".repeat(100_000)).text()).hasSize(64);
	}

	@Test
	void longTextsThatNoCharacterSetCanWriteStayApart() {
		String filler = "x".repeat(200);

		assertThat(Key.of(filler + '\uD800')).isNotEqualTo(Key.of(filler + '\uD801'))
			.isNotEqualTo(Key.of(filler + '\uDC00'))
			.isNotEqualTo(Key.of(filler + '?'))
			.isNotEqualTo(Key.of(filler + '\uFFFD'));
		assertThat(Key.of("\uD800").id()).isNotEqualTo(Key.of("?").id()).isNotEqualTo(Key.of("\uD801").id());
	}

	@Property(tries = 5000)
	void composedKeysAreEqualOnlyIfTheirPartsAre(@ForAll("parts") List<Key> one, @ForAll("parts") List<Key> other) {
		assertThat(Key.composed(one).equals(Key.composed(other))).isEqualTo(one.equals(other));
		assertThat(Key.composed(one).id().equals(Key.composed(other).id())).isEqualTo(one.equals(other));
	}

	@Property
	void thePositionOfACutInATextMakesADifference(@ForAll("tokens") List<String> tokens,
			@ForAll("joiners") String joiner) {
		List<Key> cuts = new ArrayList<>();
		for (int cut = 1; cut < tokens.size(); cut++) {
			cuts.add(Key.composed(List.of(Key.of(String.join(joiner, tokens.subList(0, cut))),
					Key.of(String.join(joiner, tokens.subList(cut, tokens.size()))))));
		}

		assertThat(cuts).doesNotHaveDuplicates();
		assertThat(cuts).extracting(Key::id).doesNotHaveDuplicates();
	}

	@Test
	void composedKeysThatLookAlikeDiffer() {
		Key ab = Key.composed(List.of(Key.of("a"), Key.of("b")));
		List<Key> alike = List.of(ab, Key.of(ab.text()), Key.composed(List.of(Key.of("b"), Key.of("a"))),
				Key.composed(List.of(Key.of("user", "a"), Key.of("b"))),
				Key.composed(List.of(Key.of("a"), Key.of("user", "b"))), Key.composed(List.of(ab, Key.of("b"))),
				Key.composed(List.of(Key.of("a"), ab)), Key.composed(List.of(Key.of("a"), Key.of("a"), Key.of("b"))),
				Key.composed(List.of(Key.of("a1:b"), Key.of("b"))), Key.composed(List.of(Key.of("1:a"), Key.of("b"))));

		assertThat(alike).doesNotHaveDuplicates();
		assertThat(alike).extracting(Key::id).doesNotHaveDuplicates();
	}

	@Test
	void composedKeysOfComposedKeysAreNeverAmbiguous() {
		Key left = Key.composed(
				List.of(Key.composed(List.of(Key.of("ip", "a"), Key.of("user", "b"))), Key.of("value", "1:x1:y")));
		Key right = Key.composed(
				List.of(Key.of("ip", "1:a1:b"), Key.composed(List.of(Key.of("user", "x"), Key.of("value", "y")))));

		assertThat(left).isNotEqualTo(right);
		assertThat(left.id()).isNotEqualTo(right.id());
		assertThat(Key.composed(List.of(Key.of("ip+user", "a"), Key.of("value", "b"))))
			.isNotEqualTo(Key.composed(List.of(Key.of("ip", "a"), Key.of("user+value", "b"))));
	}

	@Test
	void oneKeyAloneIsNotComposed() {
		assertThat(Key.composed(List.of(Key.GLOBAL))).isSameAs(Key.GLOBAL);
		assertThat(Key.composed(List.of(Key.of("user", "ann"), Key.of("ip", "192.0.2.1"))).kind()).isEqualTo("user+ip");
	}

	@Property
	void whatIsShownIsPrintableAndAFewCharactersAtMost(@ForAll @NotEmpty String text) {
		String masked = Key.of(text).masked();

		assertThat(masked).matches("[ -~&&[^\"\\\\ ]]*").hasSizeLessThanOrEqualTo(9).contains("***");
		assertThat(masked.length() - 3).isLessThanOrEqualTo(Key.of(text).text().length() / 2);
	}

	@ParameterizedTest
	@CsvSource({ "a,***", "abc,***", "abcd,a***", "alice,a***", "hunter22,hu***", "192.0.2.77,19***",
			"sk-proj-4f9a,sk-***9a", "sk-proj-4f9a8b7c6d5e,sk-p***5e" })
	void aFewCharactersAreShown(String text, String masked) {
		assertThat(Key.of(text).masked()).isEqualTo(masked);
		assertThat(Key.of("user", text)).hasToString("user:" + masked);
	}

	@Test
	void nothingIsShownThatCouldBreakALogOrAHeader() {
		assertThat(Key.of("\r\n\"\\aaaaaaaa\u001B\u007F").masked()).isEqualTo("???***??");
		assertThat(Key.of("größe größe größe").masked()).isEqualTo("gr??***?e");
		assertThat(Key.GLOBAL).hasToString("global:global");
	}

	@Test
	void theIdIsStableAndDoesNotRevealTheText() {
		assertThat(Key.of(SECRET).id()).isEqualTo("k_2418cf2ac994c7a20c86556ae7359f81");
		assertThat(Key.of("ip", "192.0.2.77").id()).isEqualTo("k_e634f55f067fbcfdb44eb1d9a3185b62");
		assertThat(Key.GLOBAL.id()).isEqualTo("k_e6057933964e0ec97e75a0114b4bfa9b");
		assertThat(Key.of(SECRET).toString() + Key.of(SECRET).id()).doesNotContain("proj", "4f9a");
	}

	@Property
	void theIdIsSafeInAPath(@ForAll @NotEmpty String text) {
		assertThat(Key.of(text).id()).matches("k_[0-9a-f]{32}").isEqualTo(Key.of(text).id());
	}

	@Property
	void theOrderAgreesWithEquality(@ForAll("parts") List<Key> one, @ForAll("parts") List<Key> other) {
		Key first = Key.composed(one);
		Key second = Key.composed(other);

		Assume.that(first.getClass() == second.getClass());
		assertThat(compare(first, second) == 0).isEqualTo(first.equals(second));
		assertThat(Integer.signum(compare(first, second))).isEqualTo(-Integer.signum(compare(second, first)));
	}

	/** As hash tables compare keys of equal hashes. */
	@SuppressWarnings("unchecked")
	private static int compare(Object one, Object other) {
		return ((Comparable<Object>) one).compareTo(other);
	}

	@Provide
	static Arbitrary<List<String>> tokens() {
		return Arbitraries.of("a", "1", "1:a", ":", "+", "a1").list().ofMinSize(2).ofMaxSize(6);
	}

	@Provide
	static Arbitrary<String> joiners() {
		return Arbitraries.of("", ":", "+", "1:", "3:");
	}

	@Provide
	static Arbitrary<List<Key>> parts() {
		Arbitrary<String> texts = Arbitraries.strings().withChars(":1+#a\uD800?").ofMinLength(1).ofMaxLength(4);
		Arbitrary<String> longer = Arbitraries.strings().withChars("a?\uD800").ofMinLength(127).ofMaxLength(130);
		return Combinators
			.combine(Arbitraries.of("ip", "user", "value", "ip+user", "claim(a)"),
					Arbitraries.frequencyOf(Tuple.of(9, texts), Tuple.of(1, longer)))
			.as(Key::of)
			.list()
			.ofMinSize(1)
			.ofMaxSize(3);
	}

	@Test
	void addressesAndNamesOfUsersAreRevealedAndAllElseIsMasked() {
		Key user = Key.of(Key.USER_KIND, "jürgen möller");
		Key address = Key.of(Key.ADDRESS_KIND, "2001:db8::1");
		Key secret = Key.of("sk-proj-4f9a8b7c6d5e");

		assertThat(user.revealed()).isEqualTo("jürgen möller");
		assertThat(address.revealed()).isEqualTo("2001:db8::1");
		assertThat(secret.revealed()).isEqualTo(secret.masked());
		assertThat(Key.GLOBAL.revealed()).isEqualTo("global");
		assertThat(Key.composed(List.of(user, secret, address)).revealed())
			.isEqualTo("jürgen möller + sk-p***5e + 2001:db8::1");
		assertThat(Key.composed(List.of(Key.composed(List.of(secret, user)), address)).revealed())
			.isEqualTo("sk-p***5e + jürgen möller + 2001:db8::1");
		assertThat(Key.composed(List.of(Key.GLOBAL, user)).revealed()).isEqualTo("global + jürgen möller");
		assertThat(Key.composed(List.of(address, Key.GLOBAL)).revealed()).isEqualTo("2001:db8::1 + global");
	}

	@Test
	void whatLooksLikePartsIsMaskedUnlessItIsAKeyOfParts() {
		assertThat(Key.of("4:user5:alice").revealed()).isEqualTo("4:u***ce");
		assertThat(Key.of("user+value", "no parts at all").revealed()).isEqualTo("no?***ll");
		assertThat(Key.of("user+value", "5:alice").revealed()).isEqualTo("5***");
		assertThat(Key.of("user+value", "99:alice3:abc").revealed()).isEqualTo("99:***bc");
		assertThat(Key.of("user+value", "5:alice0:").revealed()).isEqualTo("5:***");
		Key hidden = Key.of("user#", "alice-in-wonderland");
		assertThat(hidden.revealed()).isEqualTo(hidden.masked());
		Key longName = Key.of(Key.USER_KIND, "x".repeat(200));
		assertThat(longName.revealed()).isEqualTo(longName.masked());
	}

	@Test
	void controlCharactersAreNotRevealed() {
		assertThat(Key.of(Key.USER_KIND, "a\nb\u202Ec\u0000").revealed()).isEqualTo("a?b?c?");
	}

}
