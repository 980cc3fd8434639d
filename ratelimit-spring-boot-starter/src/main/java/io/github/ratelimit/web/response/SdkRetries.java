package io.github.ratelimit.web.response;

import io.github.ratelimit.provider.Refusal;
import io.github.ratelimit.provider.Refusal.Reason;
import java.time.Duration;
import java.util.Set;

/**
 * Which refusals tell the SDKs of providers not to retry. An SDK waits in the calling
 * thread for as long as the response says. Immutable.
 *
 * @param answersSdks whether the answers have the styles of a provider
 * @param longest the longest wait after which SDKs are to try again
 */
public record SdkRetries(boolean answersSdks, Duration longest) {

	static final String SHOULD_RETRY = "x-should-retry";

	private static final Set<String> PROVIDERS = Set.of("openai", "anthropic");

	/**
	 * Returns whether a style is that of a provider.
	 * @param style the name of a style of headers or bodies
	 * @return whether the provider's SDK reads it
	 */
	public static boolean areOf(String style) {
		return PROVIDERS.contains(style);
	}

	/** Returns whether a refusal says that no call is to be tried again. */
	boolean areUnwanted(Refusal refusal, Duration wait) {
		if (refusal.reason() == Reason.TOO_LARGE) {
			return true;
		}
		return this.answersSdks && refusal.retryAfterSeconds() > 0
				&& (refusal.reason() == Reason.BANNED || wait.compareTo(this.longest) > 0);
	}

}
