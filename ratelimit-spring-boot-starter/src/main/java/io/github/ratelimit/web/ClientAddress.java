package io.github.ratelimit.web;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One text for each client: IPv4-mapped addresses unmapped first, IPv6 addresses then cut
 * to a prefix and written as RFC 5952 has it, zones and ports dropped. Looks nothing up.
 */
public final class ClientAddress {

	private static final int GROUPS = 8;

	private static final int[] MAPPED = { 0, 0, 0, 0, 0, 0xFFFF };

	/** RFC 6052: IPv4 clients behind a translator, all of them within one prefix. */
	private static final int[] TRANSLATED = { 0x64, 0xFF9B, 0, 0, 0, 0 };

	private ClientAddress() {
	}

	/**
	 * Returns the canonical text of an address.
	 * @param text what the container has
	 * @param prefix bits of an IPv6 address that count, 1 to 128
	 * @return the canonical text; the same text if it is no address
	 */
	public static String canonical(String text, int prefix) {
		if (isIpv4(text, 0, text.length())) {
			return text;
		}
		String address = withoutDecoration(text);
		if (isIpv4(address, 0, address.length())) {
			return address;
		}
		int[] groups = ipv6(address);
		if (groups == null) {
			return text;
		}
		if (startsWith(groups, MAPPED) || startsWith(groups, TRANSLATED)) {
			return (groups[6] >> 8) + "." + (groups[6] & 0xFF) + "." + (groups[7] >> 8) + "." + (groups[7] & 0xFF);
		}
		return write(mask(groups, prefix));
	}

	private static String withoutDecoration(String text) {
		int start = 0;
		int end = text.length();
		int closing = text.indexOf(']');
		if (text.startsWith("[") && closing > 0) {
			start = 1;
			end = closing;
		}
		else if (text.indexOf(':') == text.lastIndexOf(':') && text.indexOf('.') > 0 && text.indexOf(':') > 0) {
			end = text.indexOf(':');
		}
		int zone = text.indexOf('%', start);
		if (zone >= 0 && zone < end) {
			end = zone;
		}
		return text.substring(start, end);
	}

	private static boolean isIpv4(String text, int from, int end) {
		int octets = 0;
		int digits = 0;
		int value = 0;
		for (int i = from; i <= end; i++) {
			char c = (i < end) ? text.charAt(i) : '.';
			if (c == '.') {
				if (digits == 0 || value > 255) {
					return false;
				}
				octets++;
				digits = 0;
				value = 0;
			}
			else if (c < '0' || c > '9' || digits == 3 || (digits > 0 && value == 0)) {
				return false;
			}
			else {
				value = 10 * value + (c - '0');
				digits++;
			}
		}
		return octets == 4;
	}

	private static int @Nullable [] ipv6(String text) {
		int[] groups = new int[GROUPS];
		int count = 0;
		int gap = -1;
		int at = 0;
		if (text.startsWith("::")) {
			gap = 0;
			at = 2;
		}
		while (at < text.length()) {
			int end = text.indexOf(':', at);
			end = (end < 0) ? text.length() : end;
			if (end == text.length() && count <= GROUPS - 2 && isIpv4(text, at, end)) {
				int[] octets = octets(text.substring(at));
				groups[count++] = (octets[0] << 8) | octets[1];
				groups[count++] = (octets[2] << 8) | octets[3];
				break;
			}
			int group = group(text, at, end);
			if (group < 0 || count == GROUPS) {
				return null;
			}
			groups[count++] = group;
			at = end + 1;
			if (end < text.length() && at == text.length()) {
				return null;
			}
			if (at < text.length() && text.charAt(at) == ':') {
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
		if (end == from || end - from > 4) {
			return -1;
		}
		int value = 0;
		for (int i = from; i < end; i++) {
			char c = text.charAt(i);
			int digit = (c < 0x80) ? Character.digit(c, 16) : -1;
			if (digit < 0) {
				return -1;
			}
			value = (value << 4) | digit;
		}
		return value;
	}

	private static int[] octets(String ipv4) {
		int[] octets = new int[4];
		int at = 0;
		for (int i = 0; i < ipv4.length(); i++) {
			char c = ipv4.charAt(i);
			if (c == '.') {
				at++;
			}
			else {
				octets[at] = 10 * octets[at] + (c - '0');
			}
		}
		return octets;
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

	private static String write(int[] groups) {
		int longest = 0;
		int longestAt = -1;
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
