package io.github.ratelimit.expression.spel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.Key;
import io.github.ratelimit.expression.KeyExpression;
import io.github.ratelimit.expression.TestRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

/**
 * Composed keys are as different as the values that they are made of.
 */
class ComposedKeyTests {

	private final KeyExpression pair = new ExpressionParser(null).requestKey("header('A') + cookie('B')");

	private final KeyExpression triple = new ExpressionParser(null)
		.requestKey("header('A') + coalesce(user, cookie('B')) + path");

	@Property(tries = 5000)
	void twoPairsMakeOneKeyOnlyIfTheyAreEqual(@ForAll("texts") @Size(4) List<String> texts) {
		Key one = pair(texts.get(0), texts.get(1));
		Key other = pair(texts.get(2), texts.get(3));

		assertThat(one.equals(other)).isEqualTo(texts.subList(0, 2).equals(texts.subList(2, 4)));
		assertThat(one.id().equals(other.id())).isEqualTo(one.equals(other));
	}

	@Property(tries = 500)
	void textsThatJoinToTheSameStayApart(@ForAll("text") String text, @ForAll("text") String more) {
		String joined = (text + more).replaceAll("\\s", "1");
		Set<Key> keys = new HashSet<>();
		for (int i = 1; i < joined.length(); i++) {
			assertThat(keys.add(pair(joined.substring(0, i), joined.substring(i)))).isTrue();
		}
	}

	@Property(tries = 2000)
	void equalValuesAlwaysMakeOneKey(@ForAll("text") String a, @ForAll("text") String b) {
		assertThat(pair(a, b)).isEqualTo(pair(String.copyValueOf(a.toCharArray()), String.copyValueOf(b.toCharArray())))
			.hasSameHashCodeAs(pair(a, b));
	}

	@Property(tries = 2000)
	void kindOfAPartDistinguishesKeys(@ForAll("text") String a, @ForAll("text") String b, @ForAll("text") String path) {
		TestRequest request = TestRequest.request().with("header:A", a).with("path", path);
		Key ofUser = this.triple.evaluate(request.with("user", b).call());
		Key ofCookie = this.triple.evaluate(request.with("user", null).with("cookie:B", b).call());

		assertThat(ofUser).isNotNull().isNotEqualTo(ofCookie);
	}

	@Provide
	Arbitrary<String> text() {
		Arbitrary<String> tricky = Arbitraries.strings().withChars("ab1:+#/ é\n").ofMinLength(1).ofMaxLength(6);
		Arbitrary<String> lengths = Arbitraries.of("1:a", "1:a1:b", "a1:b", ":", "11:a", "x".repeat(127),
				"x".repeat(128), "x".repeat(129), "x".repeat(128) + "1:a");
		return Arbitraries.oneOf(tricky, lengths).map((text) -> "." + text);
	}

	@Provide
	Arbitrary<List<String>> texts() {
		return text().list().ofSize(4);
	}

	private Key pair(String a, String b) {
		Key key = this.pair.evaluate(TestRequest.request().with("header:A", a).with("cookie:B", b).call());
		assertThat(key).isNotNull();
		return key;
	}

}
