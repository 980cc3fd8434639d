package io.github.ratelimit.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.client.ClientSettings.RetryPolicy;
import io.github.ratelimit.governor.CallRequest.Caller;
import io.github.ratelimit.governor.GovernorSettings;
import io.github.ratelimit.provider.dialect.Dialects;
import io.github.ratelimit.provider.usage.ModelRequest;
import io.github.ratelimit.provider.usage.TokenEstimator;
import io.github.ratelimit.registry.KillSwitch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CountedInputStreamTests {

	private final ClientLimiter limiter = new ClientLimiter(
			new ClientSettings("openai", List.of(), null, List.of(), GovernorSettings.DEFAULTS, List.of(),
					RetryPolicy.NONE),
			new Dialects(List.of()), TokenEstimator.DEFAULT, new ManualTime(), Runnable::run, ClientListener.NONE, null,
			new KillSwitch(true), () -> Caller.UNBOUNDED);

	private final ClientCall call = this.limiter
		.acquire(OutboundRequest.of(URI.create("https://api.openai.com"), (name) -> null, ModelRequest.NONE));

	@Test
	void a_call_ends_when_its_body_was_read() throws IOException {
		InputStream body = new CountedInputStream(bytes("Hello"), this.call);
		assertThat(body.readNBytes(5)).asString().isEqualTo("Hello");
		assertThat(inFlight()).isEqualTo(1);
		assertThat(body.read()).isEqualTo(-1);
		assertThat(inFlight()).isZero();
	}

	@Test
	void a_call_ends_when_its_body_is_closed_and_only_once() throws IOException {
		InputStream body = new CountedInputStream(bytes("Hello"), this.call);
		body.close();
		body.close();
		assertThat(inFlight()).isZero();
	}

	@Test
	void a_call_ends_when_its_body_breaks_off() throws IOException {
		InputStream body = new CountedInputStream(new BrokenStream("Hel"), this.call);
		assertThat(body.readNBytes(3)).asString().isEqualTo("Hel");
		assertThat(inFlight()).isEqualTo(1);
		assertThatExceptionOfType(IOException.class).isThrownBy(body::read).withMessage("reset");
		assertThat(inFlight()).isZero();
	}

	@Test
	void what_was_peeked_at_remains_to_be_read() throws IOException {
		String text = "x".repeat(ClientCall.ERROR_BODY_BYTES) + "the rest";
		CountedInputStream body = new CountedInputStream(bytes(text), this.call);
		assertThat(body.peek()).hasSize(ClientCall.ERROR_BODY_BYTES);
		assertThat(inFlight()).isEqualTo(1);
		assertThat(body.available()).isEqualTo(ClientCall.ERROR_BODY_BYTES);
		assertThat(body.readAllBytes()).asString().isEqualTo(text);
		assertThat(inFlight()).isZero();
	}

	@Test
	void a_failure_while_peeking_is_the_reader_s() throws IOException {
		CountedInputStream body = new CountedInputStream(new BrokenStream("Hel"), this.call);
		assertThat(body.peek()).isEqualTo("Hel");
		assertThat(body.readNBytes(3)).asString().isEqualTo("Hel");
		assertThatExceptionOfType(IOException.class).isThrownBy(body::read).withMessage("reset");
	}

	@Test
	void single_bytes_are_never_negative() throws IOException {
		InputStream body = new CountedInputStream(new ByteArrayInputStream(new byte[] { (byte) 0xFF }), this.call);
		assertThat(body.read()).isEqualTo(0xFF);
		assertThat(body.read()).isEqualTo(-1);
	}

	private int inFlight() {
		return this.limiter.accounts().iterator().next().governor().state().inFlight();
	}

	private static InputStream bytes(String text) {
		return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
	}

	/** Ends with a failure. */
	private static final class BrokenStream extends InputStream {

		private final InputStream text;

		private BrokenStream(String text) {
			this.text = bytes(text);
		}

		@Override
		public int read() throws IOException {
			int read = this.text.read();
			if (read < 0) {
				throw new IOException("reset");
			}
			return read;
		}

		@Override
		public int read(byte[] bytes, int offset, int length) throws IOException {
			bytes[offset] = (byte) read();
			return 1;
		}

	}

}
