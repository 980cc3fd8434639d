package io.github.ratelimit.provider.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;

class DecimalParserTests {

	@Property(tries = 10_000)
	void digitsWithAtMostOnePointBehindTheFirstAreANumber(
			@ForAll @StringLength(max = 36) @CharRange(from = '0', to = '9') @Chars({ '.', '-' }) String text) {
		assertThat(DecimalParser.parse(text)).isEqualTo(expected(text));
	}

	@Property(tries = 10_000)
	void aPartOfATextIsReadAsIfTheRestWereNotThere(
			@ForAll @StringLength(max = 12) @CharRange(from = '0', to = '9') @Chars('.') String number,
			@ForAll @StringLength(max = 4) @Chars({ '1', '.', 'm' }) String before,
			@ForAll @StringLength(max = 4) @Chars({ '1', '.', 'm' }) String after) {
		String text = before + number + after;
		assertThat(DecimalParser.parse(text, before.length(), before.length() + number.length()))
			.isEqualTo(expected(number));
	}

	@Property(tries = 1000)
	void aNumberIsReadExactlyWhereverItsPointIs(@ForAll long digits, @ForAll @IntRange(min = 1, max = 18) int point) {
		StringBuilder text = new StringBuilder(Long.toString(digits & Long.MAX_VALUE));
		text.insert(Math.min(point, text.length()), '.');
		assertThat(DecimalParser.parse(text.toString())).isEqualTo(Double.parseDouble(text.toString()));
	}

	@Example
	void aLongNumberIsNone() {
		assertThat(DecimalParser.parse("1".repeat(32))).isEqualTo(Double.parseDouble("1".repeat(32)));
		assertThat(DecimalParser.parse("1".repeat(33))).isNaN();
	}

	private static Double expected(String text) {
		return (text.matches("[0-9]+(\\.[0-9]*)?") && text.length() <= 32) ? Double.parseDouble(text) : Double.NaN;
	}

}
