package io.github.ratelimit.autoconfigure.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.client.ClientSettings;
import io.github.ratelimit.client.TestClient;
import io.github.ratelimit.queue.WaitingThreadLimit;
import org.junit.jupiter.api.Test;

class ClientReportTests {

	private final ClientSettings client = TestClient.client().match("https://api.openai.com/**").limiter().settings();

	@Test
	void theLineOfAClientShowsHowManyRequestThreadsItsQueuedCallsHold() {
		assertThat(ClientReport.describe(this.client, new WaitingThreadLimit(50, () -> true)))
			.contains("; calls are queued for at most 30s, those of one key hold at most 25 request threads; key ");
	}

	@Test
	void withoutABoundTheLineMentionsNoThreads() {
		assertThat(ClientReport.describe(this.client, WaitingThreadLimit.NONE))
			.contains("; calls are queued for at most 30s; key ");
	}

}
