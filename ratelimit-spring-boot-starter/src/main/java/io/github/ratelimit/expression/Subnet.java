package io.github.ratelimit.expression;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A range of IP addresses that have their first bits in common, such as
 * {@code 10.0.0.0/8}. IPv4 addresses that are mapped into IPv6 are IPv4 addresses.
 * Immutable, thread-safe.
 */
public final class Subnet {

	private static final Pattern TEXT = Pattern.compile("([0-9A-Fa-f:][0-9A-Fa-f:.]*)(?:/([0-9]{1,3}))?");

	private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

	private static final Pattern IPV4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");

	private static final Pattern MASK = Pattern.compile("([0-9.]+)/(255\\.[0-9]+\\.[0-9]+\\.[0-9]+)");

	private static final Pattern WILDCARD = Pattern.compile("((?:[0-9]{1,3}\\.){1,3})[*x](?:\\.[*x])*");

	private static final int MAPPED_BITS = 96;

	private final String text;

	private final byte[] network;

	private final int bits;

	private Subnet(String text, byte[] network, int bits) {
		this.text = text;
		this.network = network;
		this.bits = bits;
	}

	/**
	 * Parses a subnet.
	 * @param text an IPv4 or IPv6 address and the number of its bits that count, such as
	 * {@code 10.0.0.0/8} or {@code 2001:db8::/32}; an address alone is a subnet of one
	 * @return the subnet
	 * @throws InvalidExpressionException if the text is none
	 */
	public static Subnet parse(String text) {
		Matcher matcher = TEXT.matcher(text);
		byte[] address = matcher.matches() ? address(matcher.group(1)) : null;
		if (address == null) {
			throw invalid(text, "is not one", meant(text));
		}
		boolean mapped = address.length == 4 && matcher.group(1).indexOf(':') >= 0;
		int most = mapped ? 128 : 8 * address.length;
		int least = mapped ? MAPPED_BITS : 0;
		int written = (matcher.group(2) != null) ? Integer.parseInt(matcher.group(2)) : most;
		if (written < least || written > most) {
			throw invalid(text, "has " + written + " bits", "Write from " + least + " to " + most
					+ " after the slash, such as " + matcher.group(1) + "/" + most + " for the one address.");
		}
		int bits = written - least;
		byte[] network = masked(address, bits);
		if (!Arrays.equals(network, address)) {
			throw invalid(text, "has an address with bits behind the first " + written, "Write " + text(network) + "/"
					+ bits + " for the subnet, or " + text(address) + " for the one address.");
		}
		return new Subnet(text, network, bits);
	}

	private static byte @Nullable [] address(String text) {
		return (text.indexOf(':') < 0 && !IPV4.matcher(text).matches()) ? null : bytes(text);
	}

	/**
	 * Returns an address as bytes.
	 * @param literal a text that begins like an address and is no name that could be
	 * looked up
	 * @return 4 bytes for IPv4, also where it is mapped into IPv6, or 16 bytes; null if
	 * it is no address
	 */
	public static byte @Nullable [] bytes(String literal) {
		try {
			return InetAddress.getByName(literal).getAddress();
		}
		catch (UnknownHostException ex) {
			return null;
		}
	}

	/**
	 * Returns the first bits of an address.
	 * @param address the address, which stays as it is
	 * @param bits how many bits to keep, 0 or more; the others become 0
	 * @return the address of the subnet with that many bits
	 */
	public static byte[] masked(byte[] address, int bits) {
		byte[] network = address.clone();
		for (int i = 0; i < network.length; i++) {
			network[i] &= (byte) mask(bits, i);
		}
		return network;
	}

	/** Returns the bits of a byte of an address that count. */
	private static int mask(int bits, int index) {
		return 0xFF << (8 - Math.min(8, Math.max(0, bits - 8 * index)));
	}

	/** Other notations for a range that people write. */
	private static String meant(String text) {
		Matcher mask = MASK.matcher(text);
		byte[] bytes = mask.matches() ? address(mask.group(2)) : null;
		if (bytes != null) {
			return "Write " + mask.group(1) + "/" + BitSet.valueOf(bytes).cardinality() + ".";
		}
		Matcher wildcard = WILDCARD.matcher(text);
		if (wildcard.matches()) {
			String prefix = wildcard.group(1);
			int octets = (int) prefix.chars().filter((c) -> c == '.').count();
			return "Write " + prefix + "0.0.0".substring(2 * (octets - 1)) + "/" + 8 * octets + ".";
		}
		return "Write an address and the number of its bits that count, such as 10.0.0.0/8 or 2001:db8::/32, or an "
				+ "address alone; for several, inSubnet('…') or inSubnet('…').";
	}

	private static InvalidExpressionException invalid(String text, String problem, String remedy) {
		return new InvalidExpressionException("inSubnet('" + text + "')",
				"names the subnet '" + text + "', which " + problem, remedy);
	}

	/**
	 * Returns an address as text.
	 * @param address 4 or 16 bytes
	 * @return the text, without a name
	 */
	public static String text(byte[] address) {
		try {
			return InetAddress.getByAddress(address).getHostAddress();
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Returns whether an address is in this subnet.
	 * @param address the address, 4 or 16 bytes, an IPv4 address that is mapped into IPv6
	 * as its 4 bytes; null if there is none
	 * @return whether the first bits are those of the subnet; false for none
	 */
	public boolean includes(byte @Nullable [] address) {
		if (address == null || address.length != this.network.length) {
			return false;
		}
		int whole = this.bits / 8;
		return Arrays.equals(address, 0, whole, this.network, 0, whole) && (this.bits % 8 == 0
				|| ((address[whole] ^ this.network[whole]) & mask(this.bits, whole) & 0xFF) == 0);
	}

	@Override
	public String toString() {
		return this.text;
	}

}
