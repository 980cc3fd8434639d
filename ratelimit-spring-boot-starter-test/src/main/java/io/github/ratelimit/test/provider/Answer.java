package io.github.ratelimit.test.provider;

import io.github.ratelimit.test.provider.RecordedRequest.Outcome;
import io.github.ratelimit.test.provider.http.HttpExchange;
import io.github.ratelimit.test.provider.limits.Admission;
import io.github.ratelimit.test.provider.limits.LimitState;
import io.github.ratelimit.test.provider.limits.ProviderUsage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The answer to an admitted request: a body, or the events of a stream. */
final class Answer {

	private final Call call;

	private final TestRequest request;

	private final TestProviderBuilder settings;

	private final HttpExchange exchange;

	private final @Nullable Fault fault;

	private final Admission admission;

	private final ProviderUsage usage;

	private final List<byte[]> parts;

	private boolean headSent;

	private int sent;

	Answer(Call call, Admission admission, ProviderUsage usage) {
		this.call = call;
		this.request = call.request();
		this.settings = call.settings();
		this.exchange = call.exchange();
		this.fault = call.fault();
		this.admission = admission;
		this.usage = usage;
		this.parts = call.texts(usage).stream().map((text) -> text.getBytes(StandardCharsets.UTF_8)).toList();
	}

	void begin() {
		this.exchange.onDisconnect(() -> finish(Outcome.CANCELLED));
		if (is(Fault.Kind.DROP_BEFORE_HEAD)) {
			drop();
		}
		else if (!is(Fault.Kind.HANG)) {
			if (this.settings.headEarly) {
				head();
			}
			this.exchange.after(slowed(this.settings.responseDelay.apply(this.request)), this::next);
		}
	}

	private boolean is(Fault.Kind kind) {
		return this.fault != null && this.fault.kind() == kind;
	}

	private Duration slowed(Duration delay) {
		return (this.fault != null) ? delay.plus(this.fault.time()) : delay;
	}

	private void head() {
		this.headSent = true;
		List<LimitState> states = this.settings.limitsOfHead
				? this.settings.limits.states(this.request.credential(), this.request.model())
				: this.admission.states();
		Map<String, String> headers = new LinkedHashMap<>(
				this.settings.dialect.headers(this.call.report(states, this.admission.charged().totalTokens())));
		if (this.request.streamed()) {
			headers.put("content-type", "text/event-stream");
			headers.put("transfer-encoding", "chunked");
		}
		else {
			headers.put("content-type", "application/json");
			headers.put("content-length", "" + this.parts.get(0).length);
		}
		this.call.writeHead(200, headers);
	}

	private void next() {
		if (!this.headSent) {
			head();
		}
		if (this.fault != null && is(Fault.Kind.DROP_IN_BODY)
				&& (!this.request.streamed() || this.sent >= this.fault.number())) {
			if (!this.request.streamed()) {
				byte[] body = this.parts.get(0);
				this.exchange.write(Arrays.copyOf(body, body.length / 2));
			}
			drop();
		}
		else if (this.request.streamed()) {
			event(this.parts.get(this.sent));
		}
		else {
			last(this.parts.get(0));
		}
	}

	private void event(byte[] event) {
		byte[] size = (Integer.toHexString(event.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
		boolean last = this.sent + 1 == this.parts.size();
		byte[] end = (last ? "\r\n0\r\n\r\n" : "\r\n").getBytes(StandardCharsets.US_ASCII);
		byte[] chunk = Arrays.copyOf(size, size.length + event.length + end.length);
		System.arraycopy(event, 0, chunk, size.length, event.length);
		System.arraycopy(end, 0, chunk, size.length + event.length, end.length);
		if (last) {
			last(chunk);
			return;
		}
		this.sent++;
		this.exchange.write(chunk);
		this.exchange.after(slowed(this.settings.eventDelay), this::next);
	}

	/** The request has ended before its client can know it. */
	private void last(byte[] bytes) {
		this.sent++;
		finish(Outcome.ANSWERED);
		this.exchange.write(bytes);
		this.exchange.end();
	}

	private void drop() {
		finish(Outcome.FAILED);
		this.exchange.drop();
	}

	/** Settles by what was delivered: all the input, the part of the output. */
	private void finish(Outcome outcome) {
		this.call.setOutcome(outcome);
		long output = this.usage.outputTokens() * this.sent / this.parts.size();
		this.admission.end(new ProviderUsage(this.usage.inputTokens(), output));
	}

}
