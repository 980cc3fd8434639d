package io.github.ratelimit.provider.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class PlainTextScannerTests {

	@Property(tries = 5000)
	void itEndsWhereTheFirstByteIsThatIsNotPlain(@ForAll @Size(max = 40) byte[] anyBytes) {
		for (int from = 0; from <= Math.min(8, anyBytes.length); from++) {
			assertThat(PlainTextScanner.end(anyBytes, from, anyBytes.length)).isEqualTo(end(anyBytes, from));
		}
	}

	@Property(tries = 5000)
	void itEndsAtEveryKindOfByteWhereverThatIs(@ForAll byte plain, @ForAll byte other, @ForAll @Size(24) byte[] after) {
		byte[] bytes = after.clone();
		for (int at = 0; at < bytes.length; at++) {
			bytes[at] = other;
			assertThat(PlainTextScanner.end(bytes, 0, bytes.length)).isEqualTo(end(bytes, 0));
			bytes[at] = isPlain(plain) ? plain : (byte) 'a';
		}
	}

	@Property(tries = 100)
	void itDoesNotReadBeyondItsEnd(@ForAll @Size(24) byte[] bytes) {
		byte[] text = bytes.clone();
		Arrays.fill(text, 0, 11, (byte) 'a');
		assertThat(PlainTextScanner.end(text, 0, 11)).isEqualTo(11);
	}

	private static int end(byte[] bytes, int from) {
		int at = from;
		while (at < bytes.length && isPlain(bytes[at])) {
			at++;
		}
		return at;
	}

	private static boolean isPlain(byte b) {
		return b != '"' && b != '\\' && (b & 0xFF) >= 0x20;
	}

}
