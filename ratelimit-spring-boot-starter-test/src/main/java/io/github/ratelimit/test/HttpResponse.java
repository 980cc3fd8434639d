package io.github.ratelimit.test;

import org.springframework.http.HttpHeaders;

/**
 * What the assertions read of a response.
 *
 * @param status the status code
 * @param headers the headers
 * @param body the body as text, empty if there is none
 */
record HttpResponse(int status, HttpHeaders headers, String body) {

	@Override
	public String toString() {
		return "status " + this.status + ", headers " + this.headers + ", body " + this.body;
	}

}
