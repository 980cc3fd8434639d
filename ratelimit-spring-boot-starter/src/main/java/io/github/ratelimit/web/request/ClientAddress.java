package io.github.ratelimit.web.request;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One text for each client, however its address is spelled: IPv4-mapped addresses
 * unmapped first, IPv6 addresses then cut to a prefix and written as RFC 5952 has it;
 * brackets, quotes, zones, ports and leading zeros dropped, in any combination that a
 * proxy or a filter may leave. Looks nothing up.
 * <p>
 * What is no address has one text, too: else each new spelling would be a new client.
 */
public final class ClientAddress {

	/** The word of RFC 7239 for an address that nobody knows. */
	static final String UNKNOWN = "unknown";

	private static final int GROUPS = 8;

	private static final int NONE = -1;

	private static final int[] MAPPED = { 0, 0, 0, 0, 0, 0xFFFF };

	/** RFC 6052: IPv4 clients behind a translator, all of them within one prefix. */
	private static final int[] TRANSLATED = { 0x64, 0xFF9B, 0, 0, 0, 0 };

	private ClientAddress() {
	}

	/**
	 * Returns the canonical text of an address.
	 * @param text what the container has
	 * @param prefix bits of an IPv6 address that count, 1 to 128
	 * @return the canonical text; {@value #UNKNOWN} if it is no address
	 */
	static String canonical(String text, int prefix) {
		if (isCanonicalIpv4(text)) {
			return text;
		}
		int start = start(text);
		int end = end(text, start);
		long ipv4 = ipv4(text, start, end);
		if (ipv4 != NONE) {
			return write((int) (ipv4 >> 16), (int) (ipv4 & 0xFFFF));
		}
		int[] groups = ipv6(text, start, end);
		if (groups == null) {
			return UNKNOWN;
		}
		if (startsWith(groups, MAPPED) || startsWith(groups, TRANSLATED)) {
			return write(groups[6], groups[7]);
		}
		return write(mask(groups, prefix));
	}

	/**
	 * Returns the canonical text of an address that an application's code names. What is
	 * no address stays as it is: code that counts something else under a limit by address
	 * does not mean one key for all of it.
	 * @param text what the code names
	 * @param prefix bits of an IPv6 address that count, 1 to 128
	 * @return the canonical text, or the same text if it is no address
	 */
	public static String canonicalOrSame(String text, int prefix) {
		String canonical = canonical(text, prefix);
		return canonical.equals(UNKNOWN) ? text : canonical;
	}

	private static boolean isCanonicalIpv4(String text) {
		for (int i = 0; i < text.length(); i++) {
			if (text.charAt(i) == '0' && (i == 0 || text.charAt(i - 1) == '.') && i + 1 < text.length()
					&& text.charAt(i + 1) != '.') {
				return false;
			}
		}
		return ipv4(text, 0, text.length()) != NONE;
	}

	/** Spring puts brackets also around what has quotes or brackets of its own. */
	private static int start(String text) {
		int start = 0;
		while (start < text.length() && isDecoration(text.charAt(start))) {
			start++;
		}
		return start;
	}

	/** Where zone, closing bracket or port begin. */
	private static int end(String text, int start) {
		int end = start;
		int colons = 0;
		int lastColon = NONE;
		int lastDot = NONE;
		boolean shortened = false;
		for (; end < text.length(); end++) {
			char c = text.charAt(end);
			if (c == ':') {
				shortened |= lastColon == end - 1 && lastColon >= start;
				lastColon = end;
				colons++;
			}
			else if (c == '.') {
				lastDot = end;
			}
			else if (c == '%' || isDecoration(c)) {
				break;
			}
		}
		boolean portAfterIpv4 = lastDot >= 0 && lastColon > lastDot;
		boolean portAfterAllGroups = lastDot < 0 && colons == GROUPS && !shortened;
		return (portAfterIpv4 || portAfterAllGroups) ? lastColon : end;
	}

	private static boolean isDecoration(char c) {
		return c == '[' || c == ']' || c == '"' || c <= ' ';
	}

	/** Returns the 32 bits, {@link #NONE} if it is no IPv4 address. */
	private static long ipv4(String text, int from, int end) {
		int octets = 0;
		boolean digits = false;
		int octet = 0;
		long value = 0;
		for (int i = from; i <= end; i++) {
			char c = (i < end) ? text.charAt(i) : '.';
			if (c == '.') {
				if (!digits || ++octets > 4) {
					return NONE;
				}
				value = (value << 8) | octet;
				digits = false;
				octet = 0;
			}
			else if (c < '0' || c > '9') {
				return NONE;
			}
			else {
				octet = 10 * octet + (c - '0');
				digits = true;
				if (octet > 255) {
					return NONE;
				}
			}
		}
		return (octets == 4) ? value : NONE;
	}

	private static int @Nullable [] ipv6(String text, int from, int end) {
		int[] groups = new int[GROUPS];
		int count = 0;
		int gap = NONE;
		int at = from;
		if (text.startsWith("::", from) && end >= from + 2) {
			gap = 0;
			at += 2;
		}
		while (at < end) {
			int colon = text.indexOf(':', at);
			int groupEnd = (colon < 0 || colon > end) ? end : colon;
			long ipv4 = (groupEnd == end && count <= GROUPS - 2) ? ipv4(text, at, end) : NONE;
			if (ipv4 != NONE) {
				groups[count++] = (int) (ipv4 >> 16);
				groups[count++] = (int) (ipv4 & 0xFFFF);
				break;
			}
			int group = group(text, at, groupEnd);
			if (group < 0 || count == GROUPS) {
				return null;
			}
			groups[count++] = group;
			at = groupEnd + 1;
			if (groupEnd < end && at == end) {
				return null;
			}
			if (at < end && text.charAt(at) == ':') {
				if (gap >= 0) {
					return null;
				}
				gap = count;
				at++;
			}
		}
		return spread(groups, count, gap);
	}

	private static int @Nullable [] spread(int[] groups, int count, int gap) {
		if (gap < 0) {
			return (count == GROUPS) ? groups : null;
		}
		if (count == GROUPS) {
			return null;
		}
		int[] spread = new int[GROUPS];
		System.arraycopy(groups, 0, spread, 0, gap);
		System.arraycopy(groups, gap, spread, GROUPS - (count - gap), count - gap);
		return spread;
	}

	private static int group(String text, int from, int end) {
		if (end == from) {
			return NONE;
		}
		int value = 0;
		for (int i = from; i < end; i++) {
			char c = text.charAt(i);
			int digit = (c < 0x80) ? Character.digit(c, 16) : NONE;
			value = (value << 4) | digit;
			if (digit < 0 || value > 0xFFFF) {
				return NONE;
			}
		}
		return value;
	}

	private static boolean startsWith(int[] groups, int[] start) {
		return Arrays.equals(groups, 0, start.length, start, 0, start.length);
	}

	private static int[] mask(int[] groups, int prefix) {
		for (int i = 0; i < GROUPS; i++) {
			int bits = Math.min(16, Math.max(0, prefix - 16 * i));
			groups[i] &= (0xFFFF << (16 - bits)) & 0xFFFF;
		}
		return groups;
	}

	private static String write(int high, int low) {
		return (high >> 8) + "." + (high & 0xFF) + "." + (low >> 8) + "." + (low & 0xFF);
	}

	private static String write(int[] groups) {
		int longest = 0;
		int longestAt = NONE;
		for (int i = 0, run = 0; i < GROUPS; i++) {
			run = (groups[i] == 0) ? run + 1 : 0;
			if (run > longest && run > 1) {
				longest = run;
				longestAt = i - run + 1;
			}
		}
		StringBuilder text = new StringBuilder(39);
		for (int i = 0; i < GROUPS; i++) {
			if (i == longestAt) {
				text.append("::");
				i += longest - 1;
			}
			else {
				if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
					text.append(':');
				}
				text.append(Integer.toHexString(groups[i]));
			}
		}
		return text.toString();
	}

}
