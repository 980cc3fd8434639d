package io.github.ratelimit.provider.usage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenEstimatorTests {

	@Test
	void aRequestWithoutALimitOfItsOutputHasAThousandTokensOfIt() {
		assertThat(TokenEstimator.DEFAULT.estimate(new ModelRequest("gpt-4o", 20, TokenUsage.UNKNOWN, false)))
			.isEqualTo(new TokenUsage(20, 1000));
		assertThat(TokenEstimator.DEFAULT.estimate(new ModelRequest("gpt-4o", 20, 300, false)))
			.isEqualTo(new TokenUsage(20, 300));
	}

	@Test
	void aRequestWithoutABodyThatCouldBeReadHasNoTokens() {
		assertThat(TokenEstimator.DEFAULT.estimate(ModelRequest.NONE)).isEqualTo(new TokenUsage(0, 0));
	}

}
