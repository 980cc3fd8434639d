package io.github.ratelimit.test.provider.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads requests from the bytes of a connection. */
final class RequestReader {

	private static final int LARGEST = 64 << 20;

	private byte[] data = new byte[0];

	private boolean continueExpected;

	private boolean continueSent;

	void add(byte[] bytes, int count) {
		int size = this.data.length;
		if (size + count > LARGEST) {
			throw new IllegalArgumentException("The request is larger than 64 MB");
		}
		this.data = Arrays.copyOf(this.data, size + count);
		System.arraycopy(bytes, 0, this.data, size, count);
	}

	/**
	 * Returns the next request.
	 * @return the request, null if it has not yet arrived in full
	 * @throws IllegalArgumentException if the bytes are no HTTP
	 */
	@Nullable HttpRequest next() {
		int headEnd = indexOf("\r\n\r\n", 0);
		if (headEnd < 0) {
			return null;
		}
		String[] lines = text(0, headEnd).split("\r\n");
		String[] first = lines[0].split(" ");
		if (first.length != 3) {
			throw new IllegalArgumentException("No request line: " + lines[0]);
		}
		Map<String, String> headers = new HashMap<>();
		for (int i = 1; i < lines.length; i++) {
			int colon = lines[i].indexOf(':');
			if (colon < 0) {
				throw new IllegalArgumentException("No header: " + lines[i]);
			}
			headers.put(lines[i].substring(0, colon).toLowerCase(Locale.ROOT), lines[i].substring(colon + 1).strip());
		}
		if (first[2].equals("HTTP/1.0")) {
			headers.putIfAbsent("connection", "close");
		}
		return request(first[0], first[1], headers, headEnd + 4);
	}

	private @Nullable HttpRequest request(String method, String target, Map<String, String> headers, int bodyStart) {
		ByteArrayOutputStream body = new ByteArrayOutputStream();
		int end = "chunked".equalsIgnoreCase(headers.get("transfer-encoding")) ? chunks(bodyStart, body)
				: fixed(bodyStart, Integer.parseInt(headers.getOrDefault("content-length", "0")), body);
		if (end < 0) {
			this.continueExpected = "100-continue".equalsIgnoreCase(headers.get("expect"));
			return null;
		}
		this.data = Arrays.copyOfRange(this.data, end, this.data.length);
		this.continueSent = false;
		this.continueExpected = false;
		return new HttpRequest(method, target, Map.copyOf(headers), body.toString(StandardCharsets.UTF_8));
	}

	/**
	 * Returns once for a request whether its client sends the body only after a 100
	 * (Continue).
	 */
	boolean isContinueExpected() {
		boolean expected = this.continueExpected && !this.continueSent;
		this.continueSent |= expected;
		return expected;
	}

	/** Returns the end of the body, -1 if it has not arrived yet. */
	private int fixed(int start, int length, ByteArrayOutputStream body) {
		if (this.data.length - start < length) {
			return -1;
		}
		body.write(this.data, start, length);
		return start + length;
	}

	private int chunks(int start, ByteArrayOutputStream body) {
		int at = start;
		while (true) {
			int lineEnd = indexOf("\r\n", at);
			if (lineEnd < 0) {
				return -1;
			}
			int length = Integer.parseInt(text(at, lineEnd).split(";")[0].strip(), 16);
			int end = fixed(lineEnd + 2, length, body);
			if (end < 0 || this.data.length < end + 2) {
				return -1;
			}
			at = end + 2;
			if (length == 0) {
				return at;
			}
		}
	}

	private String text(int start, int end) {
		return new String(this.data, start, end - start, StandardCharsets.ISO_8859_1);
	}

	private int indexOf(String text, int start) {
		for (int i = start; i <= this.data.length - text.length(); i++) {
			int matched = 0;
			while (matched < text.length() && this.data[i + matched] == text.charAt(matched)) {
				matched++;
			}
			if (matched == text.length()) {
				return i;
			}
		}
		return -1;
	}

}
