package io.github.ratelimit.benchmarks.outbound;

import io.github.ratelimit.benchmarks.outbound.client.ChatRequest;
import io.github.ratelimit.benchmarks.outbound.client.ProviderKind;
import io.github.ratelimit.test.provider.dialect.ProviderAnswer;
import io.github.ratelimit.test.provider.dialect.ProviderReport;
import io.github.ratelimit.test.provider.limits.Admission;
import io.github.ratelimit.test.provider.limits.LimitCounts;
import io.github.ratelimit.test.provider.limits.LimitedUnit;
import io.github.ratelimit.test.provider.limits.ProviderCounts;
import io.github.ratelimit.test.provider.limits.ProviderLimit;
import io.github.ratelimit.test.provider.limits.ProviderLimits;
import java.util.Map;

/** A provider whose arithmetic and answers are those of the test module. */
final class SimulatedProvider {

	private static final String CREDENTIAL = "sk-bench";

	private final ProviderKind kind;

	private final ProviderLimits limits;

	SimulatedProvider(ProviderKind kind, VirtualTime time) {
		this.kind = kind;
		this.limits = ProviderLimits.builder().limits(kind.limits().toArray(ProviderLimit[]::new)).clock(time).build();
		// The windows of its counts begin with the run
		this.limits.states(CREDENTIAL, ChatRequest.MODEL);
	}

	/** Takes a request. What its answer reports is the state right after that. */
	Response receive(ChatRequest request) {
		Admission admission = this.limits.admit(CREDENTIAL, ChatRequest.MODEL, request.actual());
		ProviderReport report = new ProviderReport(admission.time(), ChatRequest.MODEL, admission.states(),
				admission.charged().totalTokens());
		if (admission.isAdmitted()) {
			Map<String, String> headers = this.kind.dialect().headers(report);
			return new Response(admission, new ProviderAnswer(200, headers, body(request)));
		}
		return new Response(admission, this.kind.dialect().refused(report, admission.violation()));
	}

	private static String body(ChatRequest request) {
		return "{\"object\":\"chat.completion\",\"usage\":{\"prompt_tokens\":" + request.actual().inputTokens()
				+ ",\"completion_tokens\":" + request.actual().outputTokens() + ",\"total_tokens\":"
				+ request.actual().totalTokens() + "}}";
	}

	void scaleTo(double factor) {
		this.limits.scaleTo(factor);
	}

	ProviderCounts counts() {
		return this.limits.counts(CREDENTIAL, ChatRequest.MODEL);
	}

	LimitCounts tokens() {
		return counts().limits()
			.stream()
			.filter((limit) -> limit.limit().unit() == LimitedUnit.TOKENS)
			.findFirst()
			.orElseThrow();
	}

	record Response(Admission admission, ProviderAnswer answer) {
	}

}
