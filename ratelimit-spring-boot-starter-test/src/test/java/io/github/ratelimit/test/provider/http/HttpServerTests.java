package io.github.ratelimit.test.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a client sends, byte by byte. */
class HttpServerTests {

	private final List<HttpRequest> requests = new CopyOnWriteArrayList<>();

	private final HttpServer server = new HttpServer("test", (request, exchange) -> {
		this.requests.add(request);
		exchange.write("HTTP/1.1 200 \r\ncontent-length: 2\r\n\r\nok".getBytes(StandardCharsets.UTF_8));
		exchange.end();
	});

	@AfterEach
	void close() {
		this.server.close();
	}

	@Test
	void a_request_may_come_in_any_pieces() throws IOException {
		String request = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nX-A:  b \r\n\r\nh\u00e9l!";
		try (Socket socket = new Socket("127.0.0.1", this.server.port())) {
			for (byte b : request.getBytes(StandardCharsets.UTF_8)) {
				socket.getOutputStream().write(b);
			}
			assertThat(read(socket, 1)).endsWith("ok");
		}
		HttpRequest received = this.requests.get(0);
		assertThat(received.method()).isEqualTo("POST");
		assertThat(received.body()).isEqualTo("h\u00e9l!");
		assertThat(received.header("x-a")).isEqualTo("b");
	}

	@Test
	void a_body_may_come_in_chunks() throws IOException {
		String chunked = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\n\r\n";
		assertThat(send(chunked + "GET /b HTTP/1.1\r\n\r\n", 2)).endsWith("ok");
		assertThat(this.requests).extracting(HttpRequest::body).containsExactly("hello, world", "");
	}

	@Test
	void simultaneous_requests_are_answered_in_order() throws IOException {
		String one = "GET /%d HTTP/1.1\r\n\r\n";
		send(one.formatted(1) + one.formatted(2) + one.formatted(3), 3);
		assertThat(this.requests).extracting(HttpRequest::target).containsExactly("/1", "/2", "/3");
	}

	@Test
	void a_client_that_expects_continue_receives_it() throws IOException {
		try (Socket socket = new Socket("127.0.0.1", this.server.port())) {
			OutputStream out = socket.getOutputStream();
			out.write("POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
				.getBytes(StandardCharsets.UTF_8));
			assertThat(new String(socket.getInputStream().readNBytes(25), StandardCharsets.UTF_8))
				.isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
			out.write("hi".getBytes(StandardCharsets.UTF_8));
			assertThat(read(socket, 1)).endsWith("ok");
		}
		assertThat(this.requests.get(0).body()).isEqualTo("hi");
	}

	@Test
	void a_connection_ends_if_the_client_asks_for_it_or_sends_no_http() throws IOException {
		assertThat(send("GET /a HTTP/1.1\r\nConnection: close\r\n\r\n", Integer.MAX_VALUE)).endsWith("ok");
		assertThat(send("GET /a HTTP/1.0\r\n\r\n", Integer.MAX_VALUE)).endsWith("ok");
		assertThat(send("nonsense\r\n\r\n", Integer.MAX_VALUE)).isEmpty();
		assertThat(send("GET /a HTTP/1.1\r\n\r\n", 1)).endsWith("ok");
	}

	private String send(String bytes, int answers) throws IOException {
		try (Socket socket = new Socket("127.0.0.1", this.server.port())) {
			socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
			return read(socket, answers);
		}
	}

	/** Reads until there are so many answers or the connection ends. */
	private static String read(Socket socket, int answers) throws IOException {
		socket.setSoTimeout(20_000);
		ByteArrayOutputStream read = new ByteArrayOutputStream();
		while (read.toString(StandardCharsets.UTF_8).split("ok", -1).length <= answers) {
			int next = socket.getInputStream().read();
			if (next < 0) {
				break;
			}
			read.write(next);
		}
		return read.toString(StandardCharsets.UTF_8);
	}

}
