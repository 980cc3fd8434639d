package io.github.ratelimit.web;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ClientAddressTests {

	@Test
	void ipv4IsUsedAsItIs() {
		String address = "203.0.113.7";
		assertThat(ClientAddress.canonical(address, 64)).isSameAs(address);
	}

	@ParameterizedTest
	@CsvSource({ "::ffff:203.0.113.7", "::FFFF:203.0.113.7", "0:0:0:0:0:ffff:203.0.113.7", "::ffff:cb00:7107",
			"[::ffff:203.0.113.7]", "[::ffff:cb00:7107]:443", "64:ff9b::203.0.113.7", "203.0.113.7:50412" })
	void everySpellingOfAnIpv4ClientIsThatClient(String spelling) {
		assertThat(ClientAddress.canonical(spelling, 64)).isEqualTo("203.0.113.7");
	}

	@Test
	void mappedIpv4ClientsDoNotShareAPrefix() {
		assertThat(ClientAddress.canonical("::ffff:203.0.113.7", 64))
			.isNotEqualTo(ClientAddress.canonical("::ffff:203.0.113.8", 64));
	}

	@ParameterizedTest
	@CsvSource({ "2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:0DB8:0001:0002:0:0:0:1",
			"2001:db8:1:2:3:4:5.6.7.8", "[2001:db8:1:2::9]", "[2001:db8:1:2::9]:8443", "2001:db8:1:2::1%eth0" })
	void addressesOfOneNetworkAreOneClient(String address) {
		assertThat(ClientAddress.canonical(address, 64)).isEqualTo("2001:db8:1:2::");
	}

	@ParameterizedTest
	@CsvSource({ "128, 2001:db8:1:2:3:4:5:6", "127, 2001:db8:1:2:3:4:5:6", "112, 2001:db8:1:2:3:4:5:0",
			"56, 2001:db8:1::", "32, 2001:db8::", "33, 2001:db8::", "1, ::" })
	void thePrefixSaysHowMuchCounts(int prefix, String expected) {
		assertThat(ClientAddress.canonical("2001:db8:1:2:3:4:5:6", prefix)).isEqualTo(expected);
	}

	@Test
	void zerosAreShortenedWhereMostAre() {
		assertThat(ClientAddress.canonical("2001:0:0:1:0:0:0:1", 128)).isEqualTo("2001:0:0:1::1");
		assertThat(ClientAddress.canonical("2001:db8:0:1:1:1:1:1", 128)).isEqualTo("2001:db8:0:1:1:1:1:1");
		assertThat(ClientAddress.canonical("1:0:0:2:3:0:0:4", 128)).isEqualTo("1::2:3:0:0:4");
		assertThat(ClientAddress.canonical("::", 128)).isEqualTo("::");
		assertThat(ClientAddress.canonical("::1", 128)).isEqualTo("::1");
		assertThat(ClientAddress.canonical("1::", 128)).isEqualTo("1::");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "unix:", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.04", "1..2.3",
			"1.2.3.", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
			"1:2:3:4:5:6:7:", "12345::", "::g", "::1.2.3", "1:2:3:4:5:6:7:1.2.3.4", "[::1", "\uff11::",
			"example.org:80", "1.2.3.4:5:6" })
	void whatIsNoAddressIsUsedAsItIs(String text) {
		assertThat(ClientAddress.canonical(text, 64)).isEqualTo(text);
	}

	@Property
	void readsEveryAddressAsTheJdkDoes(@ForAll @Size(16) byte[] bytes, @ForAll @IntRange(min = 1, max = 128) int prefix)
			throws UnknownHostException {
		InetAddress address = InetAddress.getByAddress(bytes);
		byte[] masked = bytes.clone();
		for (int i = 0; i < 16; i++) {
			int bits = Math.min(8, Math.max(0, prefix - 8 * i));
			masked[i] = (byte) (masked[i] & (0xFF << (8 - bits)));
		}
		String canonical = ClientAddress.canonical(address.getHostAddress(), prefix);
		if (address instanceof Inet6Address && !isTranslated(bytes)) {
			assertThat(InetAddress.getByName(canonical).getAddress()).isEqualTo(masked);
			assertThat(ClientAddress.canonical(canonical, prefix)).isEqualTo(canonical);
		}
	}

	private static boolean isTranslated(byte[] bytes) {
		return Arrays.equals(bytes, 0, 12, new byte[] { 0, 0x64, (byte) 0xFF, (byte) 0x9B, 0, 0, 0, 0, 0, 0, 0, 0 }, 0,
				12);
	}

}
