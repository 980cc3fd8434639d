package io.github.ratelimit.test.provider;

import io.github.ratelimit.test.provider.RecordedRequest.Outcome;
import io.github.ratelimit.test.provider.api.Completion;
import io.github.ratelimit.test.provider.api.ModelApi;
import io.github.ratelimit.test.provider.dialect.ProviderAnswer;
import io.github.ratelimit.test.provider.dialect.ProviderReport;
import io.github.ratelimit.test.provider.http.HttpExchange;
import io.github.ratelimit.test.provider.http.HttpRequest;
import io.github.ratelimit.test.provider.limits.Admission;
import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.ProviderUsage;
import io.github.ratelimit.test.provider.limits.Violation;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request on its way. Used by the thread of the server, except for its record. */
final class Call {

	private static final DateTimeFormatter DATE = DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);

	private final TestProviderBuilder settings;

	private final ModelApi api;

	private final TestRequest request;

	private final HttpExchange exchange;

	private final @Nullable Fault fault;

	private final Instant time;

	private volatile int status;

	private volatile ProviderUsage charged = ProviderUsage.NONE;

	private volatile Outcome outcome = Outcome.IN_PROGRESS;

	Call(TestProviderBuilder settings, HttpRequest request, HttpExchange exchange, @Nullable Fault fault) {
		this.settings = settings;
		this.api = ModelApi.of(request.target().split("\\?", 2)[0]);
		this.request = TestRequest.of(request, this.api);
		this.exchange = exchange;
		this.fault = fault;
		this.time = settings.limits.clock().instant();
	}

	TestProviderBuilder settings() {
		return this.settings;
	}

	TestRequest request() {
		return this.request;
	}

	HttpExchange exchange() {
		return this.exchange;
	}

	@Nullable Fault fault() {
		return this.fault;
	}

	void setOutcome(Outcome outcome) {
		this.outcome = outcome;
	}

	/** Returns the texts of the answer: one, or the events of a stream. */
	List<String> texts(ProviderUsage usage) {
		boolean usageStreamed = this.request.body().replaceAll("\\s", "").contains("\"include_usage\":true");
		Completion completion = new Completion(this.request.model(), this.time.getEpochSecond(), this.settings.pieces,
				usage, usageStreamed);
		return this.request.streamed() ? this.api.events(completion) : List.of(this.api.body(completion).toString());
	}

	RecordedRequest record() {
		return new RecordedRequest(this.time, this.request, this.status, this.charged, this.outcome);
	}

	void answer() {
		ProviderAnswer failure = (this.fault != null) ? failure(this.fault) : null;
		if (failure != null) {
			send(failure, Outcome.FAILED);
			return;
		}
		ProviderUsage usage = this.settings.usage.apply(this.request);
		Admission admission = this.settings.limits.admit(this.request.credential(), this.request.model(), usage);
		Violation violation = admission.violation();
		if (violation != null) {
			send(this.settings.dialect.refused(report(admission.states(), 0), violation), Outcome.REFUSED);
			return;
		}
		this.charged = admission.charged();
		new Answer(this, admission, usage).begin();
	}

	/** Returns the answer if the request fails before the limits are asked. */
	private @Nullable ProviderAnswer failure(Fault fault) {
		List<LimitState> states = this.settings.limits.states(this.request.credential(), this.request.model());
		ProviderReport report = report(states, 0);
		return switch (fault.kind()) {
			case THROTTLE -> {
				LimitState exhausted = Throttling.exhausted(states, this.time, fault.time());
				yield this.settings.dialect.refused(report(Throttling.replace(states, exhausted), 0),
						new Violation(exhausted, 1, fault.time()));
			}
			case OVERLOAD -> this.settings.dialect.overloaded(report);
			case CREDIT -> this.settings.dialect.creditSpent(report);
			case STATUS ->
				new ProviderAnswer(fault.number(), Map.of("content-type", "text/plain"), "Requested by the test");
			case DROP_BEFORE_HEAD, DROP_IN_BODY, HANG, SLOW -> null;
		};
	}

	ProviderReport report(List<LimitState> states, long chargedTokens) {
		return new ProviderReport(this.settings.limits.clock().instant(), this.request.model(), states, chargedTokens);
	}

	private void send(ProviderAnswer answer, Outcome outcome) {
		byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
		Map<String, String> headers = new LinkedHashMap<>(answer.headers());
		headers.put("content-length", "" + body.length);
		this.outcome = outcome;
		writeHead(answer.status(), headers);
		this.exchange.write(body);
		this.exchange.end();
	}

	void writeHead(int status, Map<String, String> headers) {
		this.status = status;
		StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append(" \r\n");
		head.append("date: ").append(DATE.format(this.settings.limits.clock().instant())).append("\r\n");
		this.settings.headers.apply(new LinkedHashMap<>(headers))
			.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
		this.exchange.write(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
	}

}
