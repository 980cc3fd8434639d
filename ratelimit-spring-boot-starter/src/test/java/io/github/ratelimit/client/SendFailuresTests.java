package io.github.ratelimit.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SendFailuresTests {

	static Stream<Throwable> withoutConnection() {
		return Stream.of(new ConnectException("Connection refused"), new UnknownHostException("api.invalid"),
				new NoRouteToHostException(), new BindException(), new UnresolvedAddressException(),
				new HttpConnectTimeoutException("HTTP connect timed out"), new SSLHandshakeException("No trust"),
				new SocketTimeoutException("Connect timed out"), new SocketTimeoutException("Connect Timeout"),
				new ConnectTimeoutException());
	}

	static Stream<Throwable> perhapsSent() {
		return Stream.of(new SocketTimeoutException("Read timed out"), new SocketTimeoutException(),
				new SocketException("Connection reset"), new HttpTimeoutException("request timed out"),
				new SSLException("closed"), new IOException("HTTP/1.1 header parser received no bytes"));
	}

	@ParameterizedTest
	@MethodSource("withoutConnection")
	void a_call_that_found_no_connection_was_not_sent(Throwable failure) {
		assertThat(SendFailures.isNotSent(failure)).isTrue();
		assertThat(SendFailures.isNotSent(new IllegalStateException(new IOException(failure)))).isTrue();
	}

	@ParameterizedTest
	@MethodSource("perhapsSent")
	void a_call_that_failed_later_may_have_been_sent(Throwable failure) {
		assertThat(SendFailures.isNotSent(failure)).isFalse();
		assertThat(SendFailures.isNotSent(new IllegalStateException(failure))).isFalse();
	}

	/** As Apache's. */
	private static final class ConnectTimeoutException extends SocketTimeoutException {

		private static final long serialVersionUID = 1L;

		private ConnectTimeoutException() {
			super("https://api.openai.com: timed out");
		}

	}

}
