create database mysql;
use mysql;
set @auth_root_socket = 'mysql';
