package io.github.ratelimit.autoconfigure.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.client.ClientLimiters;
import io.github.ratelimit.client.ClientSettings;
import io.github.ratelimit.client.TestClient;
import io.github.ratelimit.queue.WaitingThreadLimit;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class ClientReportTests {

	private final TestClient openAi = TestClient.client().match("https://api.openai.com/**");

	private final ClientSettings client = this.openAi.limiter().settings();

	private final ManualTime time = new ManualTime();

	private final ClientReport report = new ClientReport(new ClientLimiters(List.of(this.openAi.limiter())), this.time,
			WaitingThreadLimit.NONE);

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

	@Test
	void aClientThatHasMatchedNoCallForFiveMinutesIsAWarning(CapturedOutput log) {
		this.report.afterSingletonsInstantiated();
		this.time.advance(Duration.ofMinutes(5));

		assertThat(log).contains("Client 'openai' has matched no call yet").contains("[RL710]");
	}

	/** Its timer would also keep the whole application in memory. */
	@Test
	void anApplicationThatHasEndedIsNotWarned(CapturedOutput log) {
		this.report.afterSingletonsInstantiated();
		this.report.destroy();
		this.time.advance(Duration.ofMinutes(5));

		assertThat(log).contains("Client 'openai': ").doesNotContain("[RL710]");
	}

}
