package io.github.ratelimit.benchmarks.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A bounded number of requests, one after the other over one connection that stays open.
 */
final class Load {

	private static final int BODY_LENGTH = "hello".length();

	private static final byte[] END_OF_HEADERS = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

	private Load() {
	}

	static void send(int port, int requests, int keys) throws IOException {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
			socket.setTcpNoDelay(true);
			socket.setSoTimeout(10_000);
			OutputStream out = socket.getOutputStream();
			InputStream in = new BufferedInputStream(socket.getInputStream());
			int sent = 0;
			while (sent < requests) {
				out.write(request(sent % keys));
				String head = readHead(in);
				if (!head.startsWith("HTTP/1.1 200")) {
					throw new IOException("Not expected: " + head);
				}
				in.skipNBytes(BODY_LENGTH);
				sent++;
				if (head.contains("Connection: close")) {
					send(port, requests - sent, keys);
					return;
				}
			}
		}
	}

	private static byte[] request(int key) {
		return ("GET /v1/hello HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain\r\nX-API-Key: sk-live-" + key
				+ "\r\n\r\n")
			.getBytes(StandardCharsets.US_ASCII);
	}

	private static String readHead(InputStream in) throws IOException {
		StringBuilder head = new StringBuilder();
		int matched = 0;
		while (matched < END_OF_HEADERS.length) {
			int c = in.read();
			if (c < 0) {
				throw new IOException("The server closed the connection in the middle of an answer");
			}
			head.append((char) c);
			matched = (c == END_OF_HEADERS[matched]) ? matched + 1 : ((c == '\r') ? 1 : 0);
		}
		return head.toString();
	}

}
