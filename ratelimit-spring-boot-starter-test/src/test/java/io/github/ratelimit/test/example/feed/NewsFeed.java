package io.github.ratelimit.test.example.feed;

import org.springframework.stereotype.Service;
import org.springframework.web.client.RestClient;

/** Calls the API of a news agency. */
@Service
class NewsFeed {

	private final RestClient agency;

	NewsFeed(RestClient.Builder builder) {
		this.agency = builder.baseUrl("https://agency.example.com").build();
	}

	String latest() {
		return this.agency.get().uri("/latest").retrieve().requiredBody(String.class);
	}

}
