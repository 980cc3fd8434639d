package io.github.ratelimit.apps.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.ratelimit.apps.clients.ModelClient.Pieces;
import io.github.ratelimit.apps.clients.ModelClient.Setup;
import io.github.ratelimit.client.ClientListener.Outcome;
import io.github.ratelimit.provider.dialect.Dimension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The adapters of vendors' SDKs and of OkHttp, over sockets. */
class SdkClientTests {

	private static final Duration LONG = Duration.ofSeconds(30);

	private final StubProvider provider = new StubProvider();

	private final List<ModelClient> open = new ArrayList<>();

	@AfterEach
	void close() {
		this.open.forEach(ModelClient::close);
		this.provider.close();
	}

	@ParameterizedTest
	@EnumSource
	void aPlainAnswerIsChargedByItsUsage(Adapter adapter) {
		Limiters limiters = limiters(10, LONG);
		assertThat(client(adapter, limiters).ask()).isEqualTo("Hello");
		eventually(() -> limiters.inFlight() == 0);
		assertThat(limiters.used(Dimension.REQUESTS)).isEqualTo(1);
		assertThat(limiters.used(Dimension.TOKENS)).isEqualTo(ModelShape.TOKENS);
	}

	@ParameterizedTest
	@EnumSource
	void aCallIsEstimatedByItsBodyWhileItIsInFlight(Adapter adapter) {
		Semaphore permits = new Semaphore(0);
		this.provider.replies(StubProvider.text(permits, "Hello"));
		Limiters limiters = limiters(10, LONG);
		CompletableFuture<String> answer = client(adapter, limiters).askAsync();
		eventually(() -> limiters.inFlight() == 1);
		assertThat(limiters.used(Dimension.TOKENS)).as("at most 100 tokens of output and some of input")
			.isBetween(101L, 140L);
		permits.release(10);
		assertThat(answer.join()).isEqualTo("Hello");
	}

	@ParameterizedTest
	@EnumSource
	void aStreamArrivesPieceByPieceAndIsChargedByItsUsage(Adapter adapter) {
		Semaphore permits = new Semaphore(0);
		this.provider.replies(StubProvider.text(permits, "Hel", "lo"));
		Limiters limiters = limiters(10, LONG);
		permits.release();
		try (Pieces stream = client(adapter, limiters).stream()) {
			assertThat(stream.next()).isEqualTo("Hel");
			permits.release();
			assertThat(stream.next()).isEqualTo("lo");
			assertThat(limiters.inFlight()).isEqualTo(1);
			permits.release();
			assertThat(stream.next()).isNull();
		}
		eventually(() -> limiters.inFlight() == 0);
		assertThat(limiters.used(Dimension.TOKENS)).isEqualTo(ModelShape.TOKENS);
	}

	@ParameterizedTest
	@EnumSource
	void aStreamThatIsClosedInTheMiddleLeavesItsSlot(Adapter adapter) {
		Semaphore permits = new Semaphore(1);
		this.provider.replies(StubProvider.text(permits, "Hel", "lo"), StubProvider.text("Hello"));
		Limiters limiters = limiters(1, LONG);
		ModelClient client = client(adapter, limiters);
		Pieces stream = client.stream();
		assertThat(stream.next()).isEqualTo("Hel");
		CompletableFuture<String> next = client.askAsync();
		eventually(() -> limiters.waiting() == 1);
		assertThat(this.provider.arrivals()).hasSize(1);
		stream.close();
		assertThat(next.join()).isEqualTo("Hello");
		eventually(() -> limiters.inFlight() == 0);
		assertThat(limiters.used(Dimension.REQUESTS)).isEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource
	void aCallThatIsCancelledInTheQueueIsNeverSent(Adapter adapter) {
		Limiters limiters = limiters(1, LONG);
		ModelClient client = client(adapter, limiters);
		Pieces stream = stalled(client);
		CompletableFuture<?> queued = client.send();
		eventually(() -> limiters.waiting() == 1);
		queued.cancel(true);
		eventually(() -> limiters.waiting() == 0);
		stream.close();
		eventually(() -> limiters.inFlight() == 0);
		assertThat(this.provider.arrivals()).hasSize(1);
		assertThat(limiters.used(Dimension.REQUESTS)).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	void aCallThatIsCancelledInFlightLeavesItsSlotAndIsCharged(Adapter adapter) {
		this.provider.replies(StubProvider.text(new Semaphore(0), "Hello"));
		Limiters limiters = limiters(1, LONG);
		CompletableFuture<?> sent = client(adapter, limiters).send();
		eventually(() -> this.provider.arrivals().size() == 1);
		sent.cancel(true);
		eventually(() -> limiters.inFlight() == 0);
		assertThat(limiters.used(Dimension.REQUESTS)).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	void aResponseThatComesAfterTheFutureOfTheClientWasCancelledLeavesItsSlot(Adapter adapter) {
		Semaphore permits = new Semaphore(0);
		this.provider.replies(StubProvider.text(permits, "Hello"));
		Limiters limiters = limiters(1, LONG);
		CompletableFuture<?> answer = client(adapter, limiters).answer();
		eventually(() -> this.provider.arrivals().size() == 1);
		answer.cancel(true);
		permits.release(10);
		eventually(() -> {
			System.gc();
			return limiters.inFlight() == 0;
		});
		assertThat(limiters.used(Dimension.REQUESTS)).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	void aCallThatWaitsForTooLongIsRefusedAndNotSentAgain(Adapter adapter) {
		Limiters limiters = limiters(1, Duration.ofMillis(150));
		ModelClient client = client(adapter, limiters);
		try (Pieces stream = stalled(client)) {
			Throwable refused = catchThrowable(client::ask);
			assertThat(client.retryAfter(refused)).isNotNull();
			assertThat(refused).hasMessageContaining("was not sent");
			assertThat(limiters.waiting()).isZero();
			assertThat(limiters.outcomes(Outcome.REFUSED)).isEqualTo(1);
		}
		assertThat(this.provider.arrivals()).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource
	void aCallThatWouldWaitForTooLongIsRefusedAtOnceWithTheTime(Adapter adapter) {
		Limiters limiters = new Limiters(this.provider.uri(), 365, Limiters.YEAR, 10, LONG);
		ModelClient client = client(adapter, limiters);
		for (int i = 0; i < 365; i++) {
			client.ask();
		}
		Throwable refused = catchThrowable(client::ask);
		assertThat(client.retryAfter(refused)).isNotNull();
		assertThat(Long.parseLong(client.retryAfter(refused))).as("seconds in a day, less the test's own")
			.isBetween(86_000L, 86_400L);
		Throwable refusedAsync = catchThrowable(client.askAsync()::join);
		assertThat(client.retryAfter(root(refusedAsync))).isNotNull();
		assertThat(this.provider.arrivals()).hasSize(365);
		assertThat(limiters.inFlight()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void aCallForWhichNoThreadIsLeftIsRefusedAtOnceAndNotSentAgain(Adapter adapter) {
		Limiters limiters = limiters(1, LONG);
		limiters.refuseToHold(Thread.currentThread());
		ModelClient client = client(adapter, limiters);
		CompletableFuture<String> queued;
		try (Pieces stream = stalled(client)) {
			Throwable refused = catchThrowable(client::ask);
			assertThat(client.retryAfter(refused)).isNotNull();
			assertThat(refused).hasMessageContaining("queued calls hold as many request threads as they may");
			assertThat(limiters.outcomes(Outcome.REFUSED)).isEqualTo(1);
			queued = client.askAsync();
			eventually(() -> limiters.waiting() == 1);
		}
		assertThat(queued.join()).isEqualTo("Hello");
		assertThat(this.provider.arrivals()).hasSize(2);
	}

	@ParameterizedTest
	@EnumSource
	void theTimeoutOfACallBeginsWhenItIsSent(Adapter adapter) throws Exception {
		Limiters limiters = limiters(1, LONG);
		ModelClient patient = client(adapter, limiters);
		ModelClient hasty = client(adapter, limiters, 0, Duration.ofMillis(400));
		Pieces stream = stalled(patient);
		CompletableFuture<String> answer = CompletableFuture.supplyAsync(hasty::ask, Limiters.THREADS);
		eventually(() -> limiters.waiting() == 1);
		assertThat(catchThrowable(() -> answer.get(1, TimeUnit.SECONDS))).isInstanceOf(TimeoutException.class);
		stream.close();
		assertThat(answer.join()).isEqualTo("Hello");
	}

	@ParameterizedTest
	@EnumSource
	void aTimeoutAfterTheQueueStillApplies(Adapter adapter) {
		this.provider.replies(StubProvider.text(new Semaphore(1), "Hel", "lo"),
				StubProvider.text(new Semaphore(0), "Hello"));
		Limiters limiters = limiters(1, LONG);
		ModelClient patient = client(adapter, limiters);
		ModelClient hasty = client(adapter, limiters, 0, Duration.ofMillis(300));
		Pieces stream = patient.stream();
		assertThat(stream.next()).isEqualTo("Hel");
		CompletableFuture<String> answer = CompletableFuture.supplyAsync(hasty::ask, Limiters.THREADS);
		eventually(() -> limiters.waiting() == 1);
		stream.close();
		assertThat(catchThrowable(answer::join)).isNotNull();
		eventually(() -> limiters.inFlight() == 0);
		assertThat(limiters.used(Dimension.REQUESTS)).isEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource
	void aCallWithoutAConnectionIsNotCharged(Adapter adapter) throws IOException {
		// bound, so that no other process listens there
		try (Socket socket = new Socket()) {
			socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
			URI closed = URI.create("http://127.0.0.1:" + socket.getLocalPort());
			Limiters limiters = new Limiters(closed, 1, LONG);
			ModelClient client = open(adapter, new Setup(limiters.limiters(), closed, 0, LONG));
			assertThat(catchThrowable(client::ask)).isNotNull();
			assertThat(catchThrowable(client.askAsync()::join)).isNotNull();
			assertThat(limiters.inFlight()).isZero();
			assertThat(limiters.used(Dimension.REQUESTS)).isZero();
			assertThat(limiters.outcomes(Outcome.NOT_SENT)).isEqualTo(2);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aCallWhoseConnectionBreaksIsCharged(Adapter adapter) {
		this.provider.replies(StubProvider.hangUp(), StubProvider.breakOff());
		Limiters limiters = limiters(1, LONG);
		ModelClient client = client(adapter, limiters, 0, LONG);
		assertThat(catchThrowable(client::ask)).isNotNull();
		assertThat(catchThrowable(() -> {
			try (Pieces stream = client.stream()) {
				while (stream.next() != null) {
					assertThat(limiters.inFlight()).isEqualTo(1);
				}
			}
		})).isNotNull();
		assertThat(limiters.inFlight()).isZero();
		assertThat(limiters.used(Dimension.REQUESTS)).isEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource
	void afterA429AllCallsWaitUntilTheProviderExpectsThemAndRetriesAreSeen(Adapter adapter) {
		this.provider.replies(StubProvider.status(429, Map.of("Retry-After", "1")), StubProvider.text("Hello"));
		Limiters limiters = new Limiters(this.provider.uri(), 100_000, Duration.ofSeconds(1), 10, LONG);
		ModelClient client = client(adapter, limiters);
		CompletableFuture<String> first = CompletableFuture.supplyAsync(client::ask, Limiters.THREADS);
		eventually(() -> limiters.throttled() == 1);
		assertThat(client.ask()).isEqualTo("Hello");
		assertThat(first.join()).isEqualTo("Hello");
		List<StubProvider.Arrival> arrivals = this.provider.arrivals();
		assertThat(arrivals).hasSize(3);
		assertThat(arrivals.get(1).nanos() - arrivals.get(0).nanos()).isGreaterThan(950_000_000L);
		assertThat(arrivals.get(2).nanos() - arrivals.get(0).nanos()).isGreaterThan(950_000_000L);
		assertThat(arrivals).extracting(StubProvider.Arrival::retry).contains("1");
		assertThat(limiters.outcomes(Outcome.THROTTLED)).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	void anErrorReachesTheCallerWhole(Adapter adapter) {
		this.provider.replies(StubProvider.status(400, Map.of()));
		Limiters limiters = limiters(1, LONG);
		assertThat(catchThrowable(client(adapter, limiters)::ask)).hasMessageContaining("status 400");
		assertThat(limiters.inFlight()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void aThreadThatIsInterruptedLeavesTheQueue(Adapter adapter) throws InterruptedException {
		Limiters limiters = limiters(1, LONG);
		ModelClient client = client(adapter, limiters);
		try (Pieces stream = stalled(client)) {
			CompletableFuture<Throwable> failure = new CompletableFuture<>();
			Thread caller = new Thread(() -> failure.complete(catchThrowable(client::ask)));
			caller.start();
			eventually(() -> limiters.waiting() == 1);
			caller.interrupt();
			caller.join();
			assertThat(failure.join()).isNotNull();
			assertThat(limiters.waiting()).isZero();
		}
		assertThat(this.provider.arrivals()).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource
	void requestsOfNoClientPassUntouched(Adapter adapter) {
		Limiters limiters = new Limiters(URI.create("https://api.openai.com"), 1, Duration.ZERO);
		ModelClient client = client(adapter, limiters);
		assertThat(client.ask()).isEqualTo("Hello");
		assertThat(client.askAsync().join()).isEqualTo("Hello");
		assertThat(limiters.isUsed()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(names = "OKHTTP", mode = EnumSource.Mode.EXCLUDE)
	void queuedAsynchronousCallsHoldNoThread(Adapter adapter) {
		Limiters limiters = limiters(1, LONG);
		ModelClient client = client(adapter, limiters);
		Pieces stream = stalled(client);
		int threads = Thread.activeCount();
		List<CompletableFuture<String>> answers = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			answers.add(client.askAsync());
		}
		eventually(() -> limiters.waiting() == 300);
		assertThat(Thread.activeCount() - threads).isLessThan(60);
		stream.close();
		answers.forEach((answer) -> assertThat(answer.join()).isEqualTo("Hello"));
	}

	/** Takes a slot until it is closed. The calls after it are answered. */
	private Pieces stalled(ModelClient client) {
		this.provider.replies(StubProvider.text(new Semaphore(1), "Hel", "lo"), StubProvider.text("Hello"));
		Pieces stream = client.stream();
		assertThat(stream.next()).isEqualTo("Hel");
		return stream;
	}

	private Limiters limiters(int maxConcurrent, Duration maxWait) {
		return new Limiters(this.provider.uri(), maxConcurrent, maxWait);
	}

	private ModelClient client(Adapter adapter, Limiters limiters) {
		return client(adapter, limiters, 2, LONG);
	}

	private ModelClient client(Adapter adapter, Limiters limiters, int maxRetries, Duration timeout) {
		return open(adapter, new Setup(limiters.limiters(), this.provider.uri(), maxRetries, timeout));
	}

	private ModelClient open(Adapter adapter, Setup setup) {
		ModelClient client = adapter.open(setup);
		this.open.add(client);
		return client;
	}

	private static Throwable root(Throwable failure) {
		return (failure instanceof CompletionException) ? failure.getCause() : failure;
	}

	private static void eventually(BooleanSupplier condition) {
		Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).until(condition::getAsBoolean);
	}

}
