// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Connections between the guest and the host, whole and broken, and their ends.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "tests.h"

enum { RST = VIRTIO_VSOCK_OP_RST, RW = VIRTIO_VSOCK_OP_RW };

/* Some bytes of the guest's, which the host reads. */
static void to_host(struct guest *g, int s, size_t len)
{
	char data[2048] = "", seen[2048];
	size_t have = 0;

	memset(data, len, len);
	guest_sends(g, header(g, RW, len), data);
	while (have < len) {
		if (!readable(s))
			fail("%zu of %zu bytes arrived", have, len);
		have += got(recv(s, seen + have, len - have, 0));
	}
	if (memcmp(data, seen, len))
		fail("%zu bytes arrived changed", len);
}

static void to_guest(struct guest *g, int s, size_t len)
{
	char data[20000] = "", seen[20000];
	size_t have = 0;

	for (size_t i = 0; i < len; i++)
		data[i] = i * 3 + len;
	must(send(s, data, len, 0) == (ssize_t)len ? 0 : -errno);
	while (have < len)
		have += guest_gets_op(g, RW, seen + have, len - have).len;
	if (memcmp(data, seen, len))
		fail("%zu bytes arrived changed", len);
	guest_sends(g, header(g, VIRTIO_VSOCK_OP_CREDIT_UPDATE, 0), NULL);
}

static void guest_connects(void)
{
	struct sockaddr_vm peer;
	socklen_t size = sizeof(peer);
	int listener, s;
	struct guest g;

	guest_start(&g, CID);
	s = connected(&g, &listener);
	must(err(getpeername(s, (void *)&peer, &size)));
	if (peer.svm_cid != CID || peer.svm_port != GUEST_PORT)
		fail("the peer is %u:%u", peer.svm_cid, peer.svm_port);
	for (size_t len = 1; len < 2048; len *= 5)
		to_host(&g, s, len);
	/* Larger than the guest's buffers: in pieces. */
	for (size_t len = 1; len < 20000; len *= 5)
		to_guest(&g, s, len);
	to_guest(&g, s, 20000);
	must(err(close(s)));
	guest_gets_op(&g, VIRTIO_VSOCK_OP_SHUTDOWN, NULL, 0);
	guest_sends(&g, header(&g, RST, 0), NULL);
	guest_close(&g);
}

static int host_connects_to(unsigned int port)
{
	struct sockaddr_vm a = at(CID, port);
	int s = got(socket(AF_VSOCK, SOCK_STREAM | SOCK_NONBLOCK, 0));

	must_fail(err(connect(s, (void *)&a, sizeof(a))), EINPROGRESS);
	return s;
}

static int result(int s)
{
	struct pollfd p = { .fd = s, .events = POLLOUT };
	socklen_t size = sizeof(int);
	int error;

	if (got(poll(&p, 1, patience_ms())) != 1)
		fail("the connection is still on its way");
	must(err(getsockopt(s, SOL_SOCKET, SO_ERROR, &error, &size)));
	return -error;
}

/* The next packet must be a request, which from here on is answered. */
static void is_asked(struct guest *g)
{
	struct virtio_vsock_hdr h =
		guest_gets_op(g, VIRTIO_VSOCK_OP_REQUEST, NULL, 0);

	if (h.dst_port != GUEST_PORT || h.type != VIRTIO_VSOCK_TYPE_STREAM)
		fail("a request of type %d for port %d", h.type, h.dst_port);
	g->host_port = h.src_port;
}

static void host_connects(void)
{
	struct virtio_vsock_hdr h;
	struct guest g;
	char data[64];
	int s;

	guest_start(&g, CID);
	s = host_connects_to(GUEST_PORT);
	is_asked(&g);
	guest_sends(&g, header(&g, VIRTIO_VSOCK_OP_RESPONSE, 0), NULL);
	must(result(s));
	to_guest(&g, s, 100);
	to_host(&g, s, 100);
	/* Half of it ends, then the whole. */
	h = header(&g, VIRTIO_VSOCK_OP_SHUTDOWN, 0);
	h.flags = VIRTIO_VSOCK_SHUTDOWN_SEND;
	guest_sends(&g, h, NULL);
	if (!readable(s) || got(recv(s, data, 64, 0)))
		fail("there is no end");
	to_guest(&g, s, 100);
	guest_sends(&g, header(&g, RST, 0), NULL);
	must(readable(s) ? 0 : -ETIMEDOUT);
	guest_close(&g);
}

static void refused(void)
{
	struct virtio_vsock_hdr h;
	struct guest g;
	int s;

	guest_start(&g, CID);
	guest_sends(&g, header(&g, VIRTIO_VSOCK_OP_REQUEST, 0), NULL);
	h = guest_gets_op(&g, RST, NULL, 0);
	if (h.dst_port != GUEST_PORT || h.src_port != HOST_PORT)
		fail("refused to %d from %d", h.dst_port, h.src_port);
	s = host_connects_to(GUEST_PORT);
	is_asked(&g);
	guest_sends(&g, header(&g, RST, 0), NULL);
	must_fail(result(s), ECONNRESET);
	/* An answer that is none. */
	s = host_connects_to(GUEST_PORT);
	is_asked(&g);
	guest_sends(&g, header(&g, RW, 0), NULL);
	must_fail(result(s), EPROTO);
	guest_close(&g);
}

/* Nothing that a guest says ends the connections of others, or the host. */
static void broken_packets(void)
{
	struct virtio_vsock_hdr h;
	int listener, s;
	struct guest g;

	guest_start(&g, CID);
	s = connected(&g, &listener);
	to_host(&g, s, 64);
	h = header(&g, RW, 0);
	h.src_cid = 77;
	guest_sends(&g, h, NULL);
	h = header(&g, RW, 0);
	h.dst_cid = 77;
	guest_sends(&g, h, NULL);
	h = header(&g, RW, 0);
	h.len = 1 << 20;	/* and nothing behind it */
	guest_sends_bytes(&g, &h, sizeof(h));
	h.len = -1;
	guest_sends_bytes(&g, &h, sizeof(h));
	guest_sends_bytes(&g, &h, 3);
	to_host(&g, s, 64);
	h = header(&g, RW, 0);
	h.type = 99;
	guest_sends(&g, h, NULL);
	guest_gets_op(&g, RST, NULL, 0);
	h = header(&g, RW, 0);
	h.src_port = 1;
	guest_sends(&g, h, NULL);
	guest_gets_op(&g, RST, NULL, 0);
	to_host(&g, s, 64);
	to_guest(&g, s, 64);
	/* More than there is credit for. */
	guest_sends(&g, header(&g, 200, 0), NULL);
	guest_close(&g);
}

/* The host sends as much as the guest has room for, and then waits. */
static void credit(void)
{
	char data[8192] = "", seen[8192];
	int listener, s;
	size_t have = 0;
	struct guest g;
	long sent;

	guest_start(&g, CID);
	g.room = 3000;
	s = connected(&g, &listener);
	must(err(fcntl(s, F_SETFL, O_NONBLOCK)));
	sent = got(send(s, data, sizeof(data), 0));
	if (sent != 3000)
		fail("%ld bytes went where there was room for 3000", sent);
	must_fail(err(send(s, data, 1, 0)), EAGAIN);
	while (have < 3000)
		have += guest_gets_op(&g, RW, seen, sizeof(seen)).len;
	guest_sends(&g, header(&g, VIRTIO_VSOCK_OP_CREDIT_UPDATE, 0), NULL);
	if (result(s))
		fail("the socket has an error");
	sent = got(send(s, data, sizeof(data), 0));
	if (sent != 3000)
		fail("%ld bytes went where there was room for 3000", sent);
	guest_close(&g);
}

static void packets_of_record(void)
{
	uint64_t features = 1ULL << VIRTIO_F_VERSION_1 |
			    1ULL << VIRTIO_VSOCK_F_SEQPACKET;
	struct virtio_vsock_hdr h;
	int listener, s;
	struct guest g;
	char data[64];

	guest_start(&g, CID);
	if (request(&g, VHOST_SET_FEATURES, &features))
		skip("no records");
	listener = host_listens(SOCK_SEQPACKET);
	h = header(&g, VIRTIO_VSOCK_OP_REQUEST, 0);
	h.type = VIRTIO_VSOCK_TYPE_SEQPACKET;
	guest_sends(&g, h, NULL);
	guest_gets_op(&g, VIRTIO_VSOCK_OP_RESPONSE, NULL, 0);
	must(readable(listener) ? 0 : -ETIMEDOUT);
	s = got(accept(listener, NULL, NULL));
	h.op = RW;
	h.len = 5;
	guest_sends(&g, h, "half,");
	h.flags = VIRTIO_VSOCK_SEQ_EOM;
	guest_sends(&g, h, "whole");
	guest_sends(&g, h, "other");
	must(readable(s) ? 0 : -ETIMEDOUT);
	if (got(recv(s, data, 64, 0)) != 10 || memcmp(data, "half,whole", 10))
		fail("a record is \"%.10s\"", data);
	/* What does not fit into a read goes with it. */
	if (got(recv(s, data, 2, MSG_TRUNC)) != 5)
		fail("the length of a record that was cut off is not told");
	must(send(s, "answer", 6, 0) == 6 ? 0 : -errno);
	h = guest_gets_op(&g, RW, data, sizeof(data));
	if (h.len != 6 || !(h.flags & VIRTIO_VSOCK_SEQ_EOM))
		fail("a record of %u bytes, flags 0x%x", h.len, h.flags);
	guest_close(&g);
}

/* The guest goes: what was connected to it hears of it. */
static void guest_goes(void)
{
	struct sockaddr_vm a = at(CID, GUEST_PORT);
	char data[16];

	for (int how = 0; how < 2; how++) {
		int listener, s, waits;
		struct guest g;

		guest_start(&g, CID);
		s = connected(&g, &listener);
		waits = host_connects_to(GUEST_PORT + 1);
		to_host(&g, s, 64);
		guest_sends(&g, header(&g, RW, 6), "unread");
		must(readable(s) ? 0 : -ETIMEDOUT);
		must(send(s, "unread", 6, 0) == 6 ? 0 : -errno);
		if (how)
			must(set_running(&g, 0));
		guest_close(&g);
		must(readable(s) ? 0 : -ETIMEDOUT);
		must_fail(result(s), ECONNRESET);
		got(recv(s, data, sizeof(data), MSG_DONTWAIT));
		must_fail(err(send(s, "x", 1, MSG_NOSIGNAL)), EPIPE);
		close(s);
		close(waits);
		close(listener);
		s = got(socket(AF_VSOCK, SOCK_STREAM, 0));
		must_fail(err(connect(s, (void *)&a, sizeof(a))), ENODEV);
		close(s);
	}
}

static void stops(void)
{
	int listener, s;
	struct guest g;

	guest_start(&g, CID);
	s = connected(&g, &listener);
	for (int i = 0; i < 4; i++) {
		to_host(&g, s, 64);
		to_guest(&g, s, 64);
		must(set_running(&g, 0));
		guest_sends(&g, header(&g, RW, 7), "waited!");
		must(send(s, "waits", 5, 0) == 5 ? 0 : -errno);
		must(set_running(&g, 1));
		ring_force_kick(&g.ring[TX]);
		ring_force_kick(&g.ring[RX]);
		must(readable(s) ? 0 : -ETIMEDOUT);
		if (got(recv(s, (char[16]){ 0 }, 16, 0)) != 7)
			fail("what waited did not come");
		if (guest_gets_op(&g, RW, (char[16]){ 0 }, 16).len != 5)
			fail("what waited did not go");
	}
	guest_close(&g);
}

static void killed(void)
{
	struct guest none;

	guest_open(&none);
	must(err(close(none.fd)));
	for (int i = 0; i < 4; i++) {
		int pid = got(fork()), status;

		if (!pid) {
			int listener, s;
			struct guest g;

			/* Each its own: the host waits a while for the last. */
			guest_start(&g, CID + 1 + i);
			s = connected(&g, &listener);
			to_host(&g, s, 64);
			must(send(s, "unread", 6, 0) == 6 ? 0 : -errno);
			guest_sends(&g, header(&g, RW, 6), "unread");
			if (i % 2)
				raise(SIGKILL);
			_exit(0);
		}
		must(err(waitpid(pid, &status, 0)));
		if (WIFEXITED(status) && WEXITSTATUS(status))
			fail("the child ended with status 0x%x", status);
	}
	guest_connects();
}

static const struct ktap_case cases[] = {
	{ "stream-guest-connects", guest_connects },
	{ "stream-host-connects", host_connects },
	{ "stream-refused", refused },
	{ "stream-broken-packets", broken_packets },
	{ "stream-credit", credit },
	{ "stream-records", packets_of_record },
	{ "stream-guest-goes", guest_goes },
	{ "stream-stops", stops },
	{ "stream-killed", killed },
};

const struct ktap_group stream_tests = CASES(cases);
