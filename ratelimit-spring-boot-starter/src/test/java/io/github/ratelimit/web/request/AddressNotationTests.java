package io.github.ratelimit.web.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressNotationTests {

	@Test
	void anIpv4AddressIsUsedUnchanged() {
		String address = "203.0.113.7";
		assertThat(ClientAddresses.canonical(address, 64)).isSameAs(address);
	}

	@ParameterizedTest
	@CsvSource({ "::ffff:203.0.113.7", "::FFFF:203.0.113.7", "0:0:0:0:0:ffff:203.0.113.7", "::ffff:cb00:7107",
			"[::ffff:203.0.113.7]", "[::ffff:cb00:7107]:443", "64:ff9b::203.0.113.7", "203.0.113.7:50412",
			"[203.0.113.7]", "[203.0.113.7:1001]", "[203.0.113.7]:1001", "203.0.113.7]", "203.000.0113.007",
			"203.0.113.0000000000000000000000007:1", "[::ffff:203.0.113.7%eth0]:1", "::ffff:203.0.113.7:1001",
			"[[::ffff:203.0.113.7]:1001]", "203.0.113.7%1", "'\"203.0.113.7:1001\"'", "'[\"203.0.113.7:1001\"]'",
			"' 203.0.113.7 '", "000::0FFFF:cb00:07107" })
	void everyNotationOfAnIpv4ClientIsThatClient(String spelling) {
		assertThat(ClientAddresses.canonical(spelling, 64)).isEqualTo("203.0.113.7");
	}

	@Test
	void mappedIpv4AddressesDoNotShareAPrefix() {
		assertThat(ClientAddresses.canonical("::ffff:203.0.113.7", 64))
			.isNotEqualTo(ClientAddresses.canonical("::ffff:203.0.113.8", 64));
	}

	@ParameterizedTest
	@CsvSource({ "2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:0DB8:0001:0002:0:0:0:1",
			"2001:db8:1:2:3:4:5.6.7.8", "[2001:db8:1:2::9]", "[2001:db8:1:2::9]:8443", "2001:db8:1:2::1%eth0",
			"[2001:db8:1:2::1%eth0]:8443", "[[2001:db8:1:2::9]:8443]", "'\"[2001:db8:1:2::9]:8443\"'",
			"2001:00000db8:1:2::", "2001:db8:1:2:0:0:0:1:8443", "2001:db8:1:2::1]", "2001:db8:1:2:3:4:5.6.7.8:8443" })
	void addressesOfOneNetworkAreOneClient(String address) {
		assertThat(ClientAddresses.canonical(address, 64)).isEqualTo("2001:db8:1:2::");
	}

	@ParameterizedTest
	@CsvSource({ "128, 2001:db8:1:2:3:4:5:6", "127, 2001:db8:1:2:3:4:5:6", "112, 2001:db8:1:2:3:4:5:0",
			"56, 2001:db8:1::", "32, 2001:db8::", "33, 2001:db8::", "1, ::" })
	void thePrefixDeterminesTheBitsThatCount(int prefix, String expected) {
		assertThat(ClientAddresses.canonical("2001:db8:1:2:3:4:5:6", prefix)).isEqualTo(expected);
	}

	@Test
	void theLongestRunOfZerosIsShortened() {
		assertThat(ClientAddresses.canonical("2001:0:0:1:0:0:0:1", 128)).isEqualTo("2001:0:0:1::1");
		assertThat(ClientAddresses.canonical("2001:db8:0:1:1:1:1:1", 128)).isEqualTo("2001:db8:0:1:1:1:1:1");
		assertThat(ClientAddresses.canonical("1:0:0:2:3:0:0:4", 128)).isEqualTo("1::2:3:0:0:4");
		assertThat(ClientAddresses.canonical("::", 128)).isEqualTo("::");
		assertThat(ClientAddresses.canonical("::1", 128)).isEqualTo("::1");
		assertThat(ClientAddresses.canonical("1::", 128)).isEqualTo("1::");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "[]", "%eth0", "unknown", "_hidden", "localhost", "1.2.3", "1.2.3.4.5", "256.1.1.1",
			"1..2.3", "1.2.3.", "2130706433", "0x7f.0.0.1", ":", ":::", "1::2::3", "1:2:3:4:5:6:7",
			"1:2:3:4:5:6:7:8:9:10", "1:2:3:4:5:6:7:8::", "1:2:3:4:5:6:7:", "12345::", "::g", "::1.2.3",
			"1:2:3:4:5:6:7:1.2.3.4", "\uff11::", "\uff11.2.3.4", "example.org:80", "1.2.3.4:5:6", "1.2.3.4, 5.6.7.8" })
	void allTextsThatAreNotAddressesAreOneClient(String text) {
		assertThat(ClientAddresses.canonical(text, 64)).isEqualTo("unknown");
	}

	@Property
	void everyTextFromAClientIsAnAddressOrUnknown(@ForAll("junk") String text) throws UnknownHostException {
		String canonical = ClientAddresses.canonical(text, 64);
		assertThat(canonical).matches("unknown|[0-9a-f:]+|[0-9.]+");
		assertThat(ClientAddresses.canonical(canonical, 64)).isEqualTo(canonical);
		if (!canonical.equals("unknown")) {
			assertThat(InetAddress.getByName(canonical).getHostAddress()).isNotEmpty();
		}
	}

	@Provide
	Arbitrary<String> junk() {
		return Arbitraries.strings().withChars("0123456789abcfF:.[]%\" x").ofMaxLength(24);
	}

	@Property
	void allNotationsOfAnIpv4AddressAreOneClient(@ForAll @Size(4) byte[] bytes, @ForAll Random random) {
		String plain = dotted(bytes);
		String spelled = spelled(bytes, random);
		assertThat(ClientAddresses.canonical(spelled, 64)).as(spelled).isEqualTo(plain);
	}

	@Property
	void allNotationsOfAnIpv6AddressAreOneClientAndAnotherAddressIsAnother(@ForAll @Size(16) byte[] bytes,
			@ForAll @IntRange(max = 127) int bit, @ForAll Random random) {
		bytes[0] |= 0x20; // neither mapped nor translated
		String plain = ClientAddresses.canonical(groups(bytes, random, false), 128);
		String spelled = decorated(groups(bytes, random, true), random, true);
		assertThat(ClientAddresses.canonical(spelled, 128)).as(spelled).isEqualTo(plain);
		byte[] other = bytes.clone();
		other[bit / 8] ^= (byte) (1 << (bit % 8));
		String another = decorated(groups(other, random, true), random, true);
		assertThat(ClientAddresses.canonical(another, 128)).as(another).isNotEqualTo(plain);
	}

	@Property
	void twoIpv4AddressesAreNeverOneClient(@ForAll @Size(4) byte[] bytes, @ForAll @IntRange(max = 31) int bit,
			@ForAll Random random) {
		byte[] other = bytes.clone();
		other[bit / 8] ^= (byte) (1 << (bit % 8));
		assertThat(ClientAddresses.canonical(spelled(other, random), 64)).isNotEqualTo(dotted(bytes));
	}

	private static String dotted(byte[] bytes) {
		return (bytes[0] & 0xFF) + "." + (bytes[1] & 0xFF) + "." + (bytes[2] & 0xFF) + "." + (bytes[3] & 0xFF);
	}

	private static String spelled(byte[] ipv4, Random random) {
		byte[] mapped = new byte[16];
		mapped[10] = (byte) 0xFF;
		mapped[11] = (byte) 0xFF;
		System.arraycopy(ipv4, 0, mapped, 12, 4);
		return switch (random.nextInt(3)) {
			case 0 -> decorated(groups(mapped, random, true), random, true);
			case 1 -> decorated("::" + "0".repeat(random.nextInt(3)) + "fFfF:" + padded(ipv4, random), random, false);
			default -> decorated(padded(ipv4, random), random, false);
		};
	}

	private static String padded(byte[] ipv4, Random random) {
		StringBuilder text = new StringBuilder();
		for (byte octet : ipv4) {
			text.append(text.isEmpty() ? "" : ".").append("0".repeat(random.nextInt(4))).append(octet & 0xFF);
		}
		return text.toString();
	}

	private static String groups(byte[] bytes, Random random, boolean compressed) {
		List<String> groups = new ArrayList<>();
		for (int i = 0; i < 16; i += 2) {
			String group = Integer.toHexString(((bytes[i] & 0xFF) << 8) | (bytes[i + 1] & 0xFF));
			group = random.nextBoolean() ? group.toUpperCase(Locale.ROOT) : group;
			groups.add("0".repeat(random.nextInt(4)) + group);
		}
		int gap = random.nextInt(8);
		if (compressed && Integer.parseInt(groups.get(gap), 16) == 0) {
			return String.join(":", groups.subList(0, gap)) + "::" + String.join(":", groups.subList(gap + 1, 8));
		}
		return String.join(":", groups);
	}

	/** Notations of containers, proxies and Spring's filter. */
	private static String decorated(String address, Random random, boolean ipv6) {
		String text = address + (random.nextBoolean() ? "%eth" + random.nextInt(100) : "");
		boolean plain = text.equals(address);
		String port = ":" + random.nextInt(65_536);
		text = switch (random.nextInt(4)) {
			case 0 -> "[" + text + "]";
			case 1 -> "[" + text + "]" + port;
			case 2 -> (ipv6 || !plain) ? text : text + port;
			default -> text;
		};
		return switch (random.nextInt(4)) {
			case 0 -> "[" + text + "]";
			case 1 -> "\"" + text + "\"";
			case 2 -> "[\"" + text + "\"]";
			default -> text;
		};
	}

	@Property
	void everyAddressIsParsedAsByTheJdk(@ForAll @Size(16) byte[] bytes,
			@ForAll @IntRange(min = 1, max = 128) int prefix) throws UnknownHostException {
		InetAddress address = InetAddress.getByAddress(bytes);
		byte[] masked = bytes.clone();
		for (int i = 0; i < 16; i++) {
			int bits = Math.min(8, Math.max(0, prefix - 8 * i));
			masked[i] = (byte) (masked[i] & (0xFF << (8 - bits)));
		}
		String canonical = ClientAddresses.canonical(address.getHostAddress(), prefix);
		if (address instanceof Inet6Address && !isTranslated(bytes)) {
			assertThat(InetAddress.getByName(canonical).getAddress()).isEqualTo(masked);
			assertThat(ClientAddresses.canonical(canonical, prefix)).isEqualTo(canonical);
		}
	}

	private static boolean isTranslated(byte[] bytes) {
		return Arrays.equals(bytes, 0, 12, new byte[] { 0, 0x64, (byte) 0xFF, (byte) 0x9B, 0, 0, 0, 0, 0, 0, 0, 0 }, 0,
				12);
	}

}
