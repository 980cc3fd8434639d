package io.github.ratelimit.sample;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.core.env.Profiles;
import org.springframework.stereotype.Component;

/** Logs what to try when the sample is ready. */
@Component
class WhatToTry {

	private static final Log logger = LogFactory.getLog(WhatToTry.class);

	@EventListener
	void ready(ApplicationReadyEvent event) {
		Environment environment = event.getApplicationContext().getEnvironment();
		String port = environment.getProperty("local.server.port");
		if (port != null) {
			logger.info(text("http://localhost:" + port, environment.acceptsProfiles(Profiles.of("gateway"))));
		}
	}

	private static String text(String url, boolean gateway) {
		String chat = gateway ? "/gateway/chat/completions" : "/v1/chat/completions";
		return """
				The sample is ready. Send this request several times:

				    curl -i %1$s%2$s -H 'Content-Type: application/json' -H 'X-API-Key: sk-alice-0001' \
				-d '{"model": "stub", "messages": [{"role": "user", "content": "Hello"}]}'

				and look at the limits:

				    %1$s/actuator/ratelimits
				""".formatted(url, chat);
	}

}
