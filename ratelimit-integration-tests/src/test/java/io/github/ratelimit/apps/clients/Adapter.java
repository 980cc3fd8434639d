package io.github.ratelimit.apps.clients;

import java.util.function.Function;

/** The adapters under test. */
enum Adapter {

	OPENAI(OpenAiModelClient::new), ANTHROPIC(AnthropicModelClient::new), OKHTTP(OkHttpModelClient::new);

	private final Function<ModelClient.Setup, ModelClient> factory;

	Adapter(Function<ModelClient.Setup, ModelClient> factory) {
		this.factory = factory;
	}

	ModelClient open(ModelClient.Setup setup) {
		return this.factory.apply(setup);
	}

}
