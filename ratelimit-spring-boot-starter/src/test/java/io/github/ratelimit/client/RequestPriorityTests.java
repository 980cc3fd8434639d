package io.github.ratelimit.client;

import static io.github.ratelimit.client.TestClient.client;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.github.ratelimit.ManualTime;
import io.github.ratelimit.governor.CallRefusedException;
import io.github.ratelimit.provider.usage.ModelRequest;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class RequestPriorityTests {

	private final ManualTime time = new ManualTime();

	private static OutboundRequest request() {
		return OutboundRequest.of(URI.create("https://api.openai.com/v1"), (name) -> null,
				new ModelRequest("gpt-4o", 10, 10, false));
	}

	@Test
	void queuedRequestsAreSentByTheirPriorityThenInTheOrderInWhichTheyCame() {
		TestClient client = client().maxConcurrent(1).time(this.time);
		ClientCall inFlight = client.limiter().acquire(request());
		List<String> sent = new ArrayList<>();
		for (RequestPriority priority : List.of(RequestPriority.LOW, RequestPriority.NORMAL, RequestPriority.HIGH,
				new RequestPriority(7))) {
			for (int i = 1; i <= 2; i++) {
				String name = priority.value() + "/" + i;
				priority.call(() -> client.limiter().acquireAsync(request())).thenAccept((call) -> {
					sent.add(name);
					call.close();
				});
			}
		}
		assertThat(client.waiting()).isEqualTo(8);
		inFlight.close();
		await().until(() -> sent.size() == 8);
		assertThat(sent).containsExactly("100/1", "100/2", "7/1", "7/2", "0/1", "0/2", "-100/1", "-100/2");
	}

	@Test
	void aRequestThatIsAlwaysOvertakenIsRefusedAfterItsLongestWait() throws Exception {
		TestClient client = client().maxConcurrent(1).maxWait(Duration.ofSeconds(30)).time(this.time);
		ClientCall inFlight = client.limiter().acquire(request());
		CompletableFuture<ClientCall> overtaken = RequestPriority.LOW
			.call(() -> client.limiter().acquireAsync(request()));
		for (int second = 0; second < 30; second++) {
			assertThat(overtaken).isNotDone();
			CompletableFuture<ClientCall> next = client.limiter().acquireAsync(request());
			inFlight.close();
			inFlight = next.get();
			this.time.advance(Duration.ofSeconds(1));
		}
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(overtaken::get)
			.withCauseInstanceOf(CallRefusedException.class);
		assertThat(client.waiting()).isZero();
	}

	@Test
	void theThreadHasThePriorityOnlyWhileTheActionRuns() {
		assertThat(RequestPriority.current()).isEqualTo(RequestPriority.NORMAL);
		RequestPriority.LOW.call(() -> {
			assertThat(RequestPriority.current()).isEqualTo(RequestPriority.LOW);
			RequestPriority inner = RequestPriority.HIGH.call(RequestPriority::current);
			assertThat(inner).isEqualTo(RequestPriority.HIGH);
			return assertThat(RequestPriority.current()).isEqualTo(RequestPriority.LOW);
		});
		assertThatIllegalStateException().isThrownBy(() -> RequestPriority.LOW.call(() -> {
			throw new IllegalStateException("The action fails");
		}));
		assertThat(RequestPriority.current()).isEqualTo(RequestPriority.NORMAL);
	}

	@Test
	void aRequestsOwnPriorityCountsBeforeThatOfTheThread() {
		OutboundRequest own = RequestPriority.LOW.call(() -> request().withPriority(RequestPriority.HIGH));
		assertThat(own.priority()).isEqualTo(RequestPriority.HIGH);
		OutboundRequest ofThread = RequestPriority.LOW.call(() -> request().withPriority(null));
		assertThat(ofThread.asRetry().priority()).isEqualTo(RequestPriority.LOW);
	}

}
