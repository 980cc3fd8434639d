package io.github.ratelimit.store.redis.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plain RESP2 connection without any additions: no greeting, no reconnecting, no
 * repeating. Text is ISO 8859-1 both ways, so a string holds any bytes. For one thread.
 */
public final class RespConnection implements AutoCloseable {

	private final Socket socket;

	private final InputStream in;

	private RespConnection(Socket socket) throws IOException {
		this.socket = socket;
		this.in = new BufferedInputStream(socket.getInputStream());
	}

	/**
	 * Connects to a port of this machine.
	 * @param port the port
	 * @param timeout the longest time to wait for the connection, and for the bytes of an
	 * answer
	 * @throws UncheckedIOException if there is no connection
	 */
	public static RespConnection open(int port, Duration timeout) {
		Socket socket = new Socket();
		try {
			socket.setTcpNoDelay(true);
			socket.setSoTimeout(Math.toIntExact(timeout.toMillis()));
			socket.connect(Loopback.at(port), Math.toIntExact(timeout.toMillis()));
			return new RespConnection(socket);
		}
		catch (IOException ex) {
			closeQuietly(socket);
			throw new UncheckedIOException("Cannot connect to port " + port + ": " + ex.getMessage(), ex);
		}
	}

	/**
	 * Sets how long to wait for the bytes of an answer.
	 * @param timeout the longest time to wait
	 */
	public void setTimeout(Duration timeout) {
		try {
			this.socket.setSoTimeout(Math.toIntExact(timeout.toMillis()));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot set the timeout of a connection that has ended", ex);
		}
	}

	/**
	 * Sends a command and reads its answer.
	 * @param words the command and its arguments
	 * @return a {@code String}, a {@code Long}, a list of such, or null for nil
	 * @throws RedisErrorException if the answer is an error
	 * @throws UncheckedIOException if there is no answer
	 */
	public @Nullable Object command(String... words) {
		send(words);
		return read();
	}

	/**
	 * Sends a command and leaves its answer to {@link #read()}.
	 * @param words the command and its arguments
	 * @throws UncheckedIOException if it cannot be sent
	 */
	public void send(String... words) {
		ByteArrayOutputStream request = new ByteArrayOutputStream();
		request.writeBytes(bytes("*" + words.length + "\r\n"));
		for (String word : words) {
			byte[] bytes = bytes(word);
			request.writeBytes(bytes("$" + bytes.length + "\r\n"));
			request.writeBytes(bytes);
			request.writeBytes(bytes("\r\n"));
		}
		try {
			this.socket.getOutputStream().write(request.toByteArray());
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot send " + words[0] + ": " + ex.getMessage(), ex);
		}
	}

	private static byte[] bytes(String text) {
		if (text.chars().anyMatch((character) -> character > 0xFF)) {
			throw new IllegalArgumentException("Only characters up to U+00FF can be sent, one for each byte: " + text);
		}
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

	/**
	 * Reads the next answer.
	 * @return a {@code String}, a {@code Long}, a list of such, or null for nil
	 * @throws RedisErrorException if the answer is an error
	 * @throws UncheckedIOException if there is no answer
	 */
	public @Nullable Object read() {
		try {
			Object answer = readAnswer();
			if (answer instanceof RedisErrorException error) {
				throw error;
			}
			return answer;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("No answer: " + ex.getMessage(), ex);
		}
	}

	private @Nullable Object readAnswer() throws IOException {
		String line = readLine();
		String rest = line.substring(1);
		return switch (line.charAt(0)) {
			case '+' -> rest;
			case '-' -> new RedisErrorException(rest);
			case ':' -> Long.valueOf(rest);
			case '$' -> readBulk(Integer.parseInt(rest));
			case '*' -> readArray(Integer.parseInt(rest));
			default -> throw new IOException("not RESP2: " + line);
		};
	}

	private @Nullable String readBulk(int length) throws IOException {
		if (length < 0) {
			return null;
		}
		byte[] bytes = this.in.readNBytes(length + 2);
		if (bytes.length < length + 2) {
			throw new EOFException("the connection ended within an answer");
		}
		return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
	}

	private @Nullable List<@Nullable Object> readArray(int length) throws IOException {
		if (length < 0) {
			return null;
		}
		List<@Nullable Object> answers = new ArrayList<>(length);
		for (int i = 0; i < length; i++) {
			answers.add(readAnswer());
		}
		return answers;
	}

	private String readLine() throws IOException {
		ByteArrayOutputStream line = new ByteArrayOutputStream();
		for (int next = this.in.read(); next != '\r'; next = this.in.read()) {
			if (next < 0) {
				throw new EOFException("the connection has ended");
			}
			line.write(next);
		}
		if (this.in.read() != '\n' || line.size() == 0) {
			throw new IOException("not RESP2: " + line.toString(StandardCharsets.ISO_8859_1));
		}
		return line.toString(StandardCharsets.ISO_8859_1);
	}

	@Override
	public void close() {
		closeQuietly(this.socket);
	}

	private static void closeQuietly(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException ex) {
			// It is no longer needed
		}
	}

}
