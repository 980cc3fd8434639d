package io.github.ratelimit.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class OutboundBodyTests {

	private final OutboundBody body = new OutboundBody();

	@Test
	void it_finds_facts_in_pieces_of_any_size() {
		byte[] bytes = "{\"model\":\"m\",\"max_tokens\":100,\"stream\":true}".getBytes(StandardCharsets.UTF_8);
		this.body.write(bytes[0]);
		this.body.write(bytes, 1, bytes.length - 1);
		assertThat(this.body.facts().model()).isEqualTo("m");
		assertThat(this.body.facts().maxOutputTokens()).isEqualTo(100);
		assertThat(this.body.facts().streamed()).isTrue();
	}

	@Test
	void it_reads_no_further_than_providers_accept() {
		byte[] spaces = new byte[1024 * 1024];
		Arrays.fill(spaces, (byte) ' ');
		byte[] model = "{\"model\":\"m\"}".getBytes(StandardCharsets.UTF_8);
		for (long written = 0; written < OutboundBody.MAX_BYTES - model.length + 1; written += spaces.length) {
			this.body.write(spaces, 0, spaces.length);
		}
		this.body.write(model, 0, model.length);
		assertThat(this.body.facts().model()).isNull();
	}

	@Test
	void only_json_is_read_and_what_does_not_say_what_it_is() {
		assertThat(OutboundBody.isReadable("application/json; charset=utf-8")).isTrue();
		assertThat(OutboundBody.isReadable("application/problem+json")).isTrue();
		assertThat(OutboundBody.isReadable(null)).isTrue();
		assertThat(OutboundBody.isReadable("multipart/form-data; boundary=x")).isFalse();
	}

}
